resource "aws_instance" "node" {
  ami = "ami-1"
  metadata_options {
    http_tokens                 = "optional"
    http_put_response_hop_limit = 2 # for pods
  }
}
resource "aws_launch_template" "node" {
  image_id = "ami-1"
}
