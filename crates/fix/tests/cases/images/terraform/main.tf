resource "aws_ecs_task_definition" "web" {
  family                = "web"
  container_definitions = jsonencode([{ name = "web",  image = "registry.example/base:1.2.3" }]) # one
}
resource "kubernetes_pod" "web" {
  spec {
    container {
      image = "registry.example/base:1.2.3"
    }
  }
}
