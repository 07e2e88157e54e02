resource "google_container_cluster" "main" {
  name                  = "main"
  enable_shielded_nodes = false # old
  node_config {
    image_type = "UBUNTU_CONTAINERD"
    shielded_instance_config { enable_secure_boot = false }
  }
}
