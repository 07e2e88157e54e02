resource   "aws_ecr_repository"   "web"   {
	name                 = "web"
	image_tag_mutability = "MUTABLE" // for now
}
resource "aws_ecr_repository" "api" {
  # nothing yet
}
resource "aws_ecr_repository" "db" {}
