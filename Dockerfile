# The image of Lazaret, for those who build with docker or podman:
#
#   make dist
#   podman build -t lazaret:0.1.0 -f Dockerfile "$(make -s dist-folder)"
#
# No base, no shell, no library: the program is static. The image that `make dist` writes by
# itself holds the same.
FROM scratch
ARG SOURCE
LABEL org.opencontainers.image.title="lazaret" \
      org.opencontainers.image.description="examines container images before they sail on" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.source="${SOURCE}"
COPY --chmod=0555 lazaret-*-linux-amd64 /usr/bin/lazaret
COPY --chmod=0444 ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
ENV HOME=/home/lazaret
WORKDIR /home/lazaret
USER 65532:65532
# A program that ends has no health; what runs on brings a probe of its own.
HEALTHCHECK NONE
ENTRYPOINT ["/usr/bin/lazaret"]
