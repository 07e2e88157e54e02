resource "aws_ecs_service" "web" {
  name             = "web"
  launch_type      = "FARGATE"
  platform_version = "1.3.0" # worked
}
