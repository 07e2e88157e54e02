resource "aws_ecs_task_definition" "web" {
  family = "web"
  container_definitions = jsonencode([
    { name = "web", image = "web:1.4.2" },
    {
      "name"  : "api"
      "image" : "api:2"   # ours
    },
    { name = "db", image = "db:1",  readonlyRootFilesystem = false },
  ])
}
