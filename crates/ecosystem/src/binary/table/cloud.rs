//! Programs of the clouds, most of them of Go.

use super::{Classifier, module};

pub(super) static ROWS: &[Classifier] = &[
    // version/version.go.
    module(
        "consul",
        &["consul"],
        "github.com/hashicorp/consul",
        &["hashicorp:consul"],
    ),
    // sdk/version or version/version_base.go.
    module(
        "vault",
        &["vault"],
        "github.com/hashicorp/vault",
        &["hashicorp:vault"],
    ),
    // version/version.go.
    module(
        "nomad",
        &["nomad"],
        "github.com/hashicorp/nomad",
        &["hashicorp:nomad"],
    ),
    // version/version.go.
    module(
        "terraform",
        &["terraform"],
        "github.com/hashicorp/terraform",
        &["hashicorp:terraform"],
    ),
    // version/version.go.
    module("packer", &["packer"], "github.com/hashicorp/packer", &[]),
    // internal/version.
    module(
        "boundary",
        &["boundary"],
        "github.com/hashicorp/boundary",
        &["hashicorp:boundary"],
    ),
    // version/version.go.
    module(
        "opentofu",
        &["tofu"],
        "github.com/opentofu/opentofu",
        &["opentofu:opentofu"],
    ),
    // internal/version/version.go: version.
    module("helm", &["helm"], "helm.sh/helm", &["helm:helm"]),
    // component-base/version/base.go: gitVersion.
    module(
        "kubernetes",
        &[
            "kubectl",
            "kubelet",
            "kube-apiserver",
            "kube-controller-manager",
            "kube-scheduler",
            "kube-proxy",
            "kubeadm",
            "hyperkube",
        ],
        "k8s.io/kubernetes",
        &["kubernetes:kubernetes"],
    ),
    // common/version.go: version.
    module(
        "argo-cd",
        &[
            "argocd",
            "argocd-server",
            "argocd-repo-server",
            "argocd-application-controller",
        ],
        "github.com/argoproj/argo-cd",
        &["argoproj:argo_cd"],
    ),
    // version.go.
    module(
        "argo-workflows",
        &["argo", "argoexec", "workflow-controller"],
        "github.com/argoproj/argo-workflows",
        &["argo_workflows_project:argo_workflows"],
    ),
    // api/provenance: version.
    module(
        "kustomize",
        &["kustomize"],
        "sigs.k8s.io/kustomize",
        &["kubernetes:kustomize"],
    ),
    // cmd/crane: Version.
    module(
        "crane",
        &["crane", "gcrane"],
        "github.com/google/go-containerregistry",
        &[],
    ),
    // common/version of Prometheus' own library, set by the linker, as in all that follow.
    module(
        "prometheus",
        &["prometheus", "promtool"],
        "github.com/prometheus/prometheus",
        &["prometheus:prometheus"],
    ),
    // common/version.
    module(
        "alertmanager",
        &["alertmanager", "prometheus-alertmanager", "amtool"],
        "github.com/prometheus/alertmanager",
        &["prometheus:alertmanager"],
    ),
    // common/version.
    module(
        "node-exporter",
        &["node_exporter", "prometheus-node-exporter"],
        "github.com/prometheus/node_exporter",
        &["prometheus:node_exporter"],
    ),
    // common/version.
    module(
        "blackbox-exporter",
        &["blackbox_exporter", "prometheus-blackbox-exporter"],
        "github.com/prometheus/blackbox_exporter",
        &["prometheus:blackbox_exporter"],
    ),
    // common/version.
    module(
        "pushgateway",
        &["pushgateway", "prometheus-pushgateway"],
        "github.com/prometheus/pushgateway",
        &["prometheus:pushgateway"],
    ),
    // pkg/build: version.
    module(
        "grafana",
        &["grafana", "grafana-server", "grafana-cli"],
        "github.com/grafana/grafana",
        &["grafana:grafana"],
    ),
    // pkg/util/build.
    module(
        "loki",
        &["loki", "promtail"],
        "github.com/grafana/loki",
        &["grafana:loki"],
    ),
    // pkg/version.
    module(
        "tempo",
        &["tempo"],
        "github.com/grafana/tempo",
        &["grafana:tempo"],
    ),
    // internal/version.
    module(
        "telegraf",
        &["telegraf"],
        "github.com/influxdata/telegraf",
        &["influxdata:telegraf"],
    ),
    // libbeat/version: agents and shippers alike.
    module(
        "beats",
        &[
            "filebeat",
            "metricbeat",
            "packetbeat",
            "heartbeat",
            "auditbeat",
            "elastic-agent",
        ],
        "github.com/elastic/beats",
        &["elastic:beats"],
    ),
    // version/version.go.
    module(
        "containerd",
        &["containerd", "containerd-shim-runc-v2", "ctr"],
        "github.com/containerd/containerd",
        &["linuxfoundation:containerd"],
    ),
    // dockerversion: Version.
    module(
        "docker",
        &["dockerd", "docker-proxy"],
        "github.com/docker/docker",
        &["docker:docker", "mobyproject:moby"],
    ),
    // cli/version: Version.
    module(
        "docker-cli",
        &["docker"],
        "github.com/docker/cli",
        &["docker:docker"],
    ),
    // main.go: version.
    module(
        "runc",
        &["runc"],
        "github.com/opencontainers/runc",
        &["linuxfoundation:runc"],
    ),
    // version/rawversion.
    module(
        "podman",
        &["podman"],
        "github.com/containers/podman",
        &["podman_project:podman"],
    ),
    // define/types.go.
    module(
        "buildah",
        &["buildah"],
        "github.com/containers/buildah",
        &["buildah_project:buildah"],
    ),
    // version/version.go: the agent of its requests, too.
    module("skopeo", &["skopeo"], "github.com/containers/skopeo", &[]),
    // internal/version.
    module(
        "cri-o",
        &["crio"],
        "github.com/cri-o/cri-o",
        &["kubernetes:cri-o"],
    ),
    // CoreVersion.
    module("coredns", &["coredns"], "github.com/coredns/coredns", &[]),
    // pkg/version: buildVersion.
    module(
        "istio",
        &["pilot-discovery", "pilot-agent", "istioctl"],
        "istio.io/istio",
        &["istio:istio"],
    ),
    // pkg/version.
    module(
        "cilium",
        &["cilium", "cilium-agent", "cilium-operator"],
        "github.com/cilium/cilium",
        &["cilium:cilium"],
    ),
    // pkg/buildinfo.
    module(
        "calico",
        &["calico-node", "calicoctl"],
        "github.com/projectcalico/calico",
        &["tigera:calico"],
    ),
    // pkg/version.
    module(
        "flannel",
        &["flanneld"],
        "github.com/flannel-io/flannel",
        &[],
    ),
    // pkg/version.
    module("k3s", &["k3s"], "github.com/k3s-io/k3s", &["k3s:k3s"]),
    // util/version.
    module(
        "cert-manager",
        &["cert-manager-controller"],
        "github.com/cert-manager/cert-manager",
        &["cert-manager:cert-manager"],
    ),
    // pkg/version.
    module(
        "dex",
        &["dex"],
        "github.com/dexidp/dex",
        &["linuxfoundation:dex"],
    ),
    // version.go.
    module(
        "oauth2-proxy",
        &["oauth2-proxy"],
        "github.com/oauth2-proxy/oauth2-proxy",
        &["oauth2_proxy_project:oauth2_proxy"],
    ),
    // modules/setting: AppVer.
    module("gitea", &["gitea"], "code.gitea.io/gitea", &["gitea:gitea"]),
    // versioninfo.
    module(
        "registry",
        &["registry", "docker-registry"],
        "github.com/distribution/distribution",
        &["docker:registry", "distribution:distribution"],
    ),
    // pkg/version.
    module(
        "jaeger",
        &["jaeger-all-in-one", "jaeger-collector", "jaeger-query"],
        "github.com/jaegertracing/jaeger",
        &[],
    ),
    // fs/versiontag.go: the version is a constant.
    module(
        "rclone",
        &["rclone"],
        "github.com/rclone/rclone",
        &["rclone:rclone"],
    ),
    // cmd/restic: version.
    module("restic", &["restic"], "github.com/restic/restic", &[]),
    // internal/build: Version.
    module("gh", &["gh"], "github.com/cli/cli", &["github:cli"]),
    // common/hugo.
    module(
        "hugo",
        &["hugo"],
        "github.com/gohugoio/hugo",
        &["gohugo:hugo"],
    ),
    // build/version.go.
    module(
        "syncthing",
        &["syncthing"],
        "github.com/syncthing/syncthing",
        &["syncthing:syncthing"],
    ),
    // constants.go.
    module("frp", &["frps", "frpc"], "github.com/fatedier/frp", &[]),
];
