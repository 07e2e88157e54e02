resource "google_container_cluster" "main" {
  name               = "main"
  logging_service    = "none"   # quiet
  monitoring_service = "none"
}
