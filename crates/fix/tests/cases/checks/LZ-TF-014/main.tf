resource "aws_eks_cluster" "main" {
  name = "main"
  enabled_cluster_log_types = [
    "api",
    "audit" # who asked
  ]
}
resource "aws_eks_cluster" "other" {
  name = "other"
}
