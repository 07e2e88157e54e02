resource "google_container_node_pool" "main" {
  cluster = "main"
  node_config {
    workload_metadata_config {
      mode = "GCE_METADATA" # until when?
    }
    metadata = {
      disable-legacy-endpoints = "false"
    }
  }
}
