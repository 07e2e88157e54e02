resource "aws_ecs_task_definition" "web" {
  family = "web"
  volume {
    name = "data"
    efs_volume_configuration {
      file_system_id     = "fs-1"
      transit_encryption = "DISABLED" # slow
    }
  }
  volume {
    name = "more"
    efs_volume_configuration { # the second
      file_system_id = "fs-2"
    }
  }
}
