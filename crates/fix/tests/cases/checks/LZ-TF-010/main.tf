resource "aws_ecs_cluster" "web" {
  name = "web"
}
resource "aws_ecs_cluster" "api" {
  name = "api"
  setting {
    name  = "containerInsights"
    value = "disabled" # costs
  }
  configuration {
    execute_command_configuration {
      logging = "NONE"
    }
  }
}
