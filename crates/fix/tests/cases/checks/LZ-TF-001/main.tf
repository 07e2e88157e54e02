resource "aws_ecr_repository" "web" {
  name = "web" # of the shop

  image_scanning_configuration {
    scan_on_push = false   # costs
  }
}

resource "aws_ecr_repository" "api" {
  name                 = "api"
  image_tag_mutability = "IMMUTABLE"
}
