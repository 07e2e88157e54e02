resource "google_container_node_pool" "main" {
  cluster = "main"
  management {
    auto_upgrade = false # by hand
    auto_repair  = false
  }
}
resource "google_container_cluster" "main" {
  release_channel {
    channel = "UNSPECIFIED"
  }
}
