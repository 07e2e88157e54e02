resource "digitalocean_kubernetes_cluster" "main" {
  name         = "main"
  auto_upgrade = false # by hand
}
