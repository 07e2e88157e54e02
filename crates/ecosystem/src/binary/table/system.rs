//! What an operating system is made of.

use super::super::Pattern::{Text, Whole};
use super::{Classifier, program};

pub(super) static ROWS: &[Classifier] = &[
    // configure.ac: PACKAGE_STRING, `util-linux 2.38.1`.
    program(
        "util-linux",
        &[
            "mount",
            "umount",
            "getopt",
            "agetty",
            "su",
            "losetup",
            "fdisk",
            "lsblk",
            "libmount.so*",
            "libblkid.so*",
        ],
        "util-linux",
        &["kernel:util-linux"],
        &[Text(r"util-linux (2\.\d{1,2}(?:\.\d{1,2})?{pre})\x00")],
    ),
    // lib/version.c: PACKAGE_VERSION, a string of its own beside the name of the package.
    program(
        "coreutils",
        &["coreutils", "ls", "cp", "chroot", "cat", "dd", "sort"],
        "coreutils",
        &["gnu:coreutils"],
        &[Whole("GNU coreutils", r"((?:[5-9]|1\d)\.\d{1,2})")],
    ),
    // src/basic/build.h and the library's note: `systemd 252.39` or `systemd-v252`.
    program(
        "systemd",
        &[
            "systemd",
            "systemctl",
            "journalctl",
            "libsystemd.so*",
            "udevadm",
            "systemd-resolved",
        ],
        "systemd",
        &["systemd_project:systemd", "freedesktop:systemd"],
        &[
            Text(r"systemd 2\d\d \((2\d\d(?:\.\d{1,2})?)"),
            Text(r"systemd (2\d\d(?:\.\d{1,2})?)[ \x00-]"),
            Text(r"\x00(2\d\d\.\d{1,2}) ?\("),
        ],
    ),
    // version.c: `GNU C Library (…) stable release version 2.36.`
    program(
        "glibc",
        &["libc.so.6", "libc-2.*.so"],
        "glibc",
        &["gnu:glibc"],
        &[Text(r"release version (2\.\d{1,2}(?:\.\d{1,3})?)")],
    ),
    // ldso/dynlink.c: `musl libc (x86_64)`, then the version, a string of its own.
    program(
        "musl",
        &["libc.so", "ld-musl-*.so.1", "libc.musl-*.so.1"],
        "musl",
        &["musl-libc:musl"],
        &[Whole("musl libc", r"([01]\.\d{1,2}\.\d{1,2})")],
    ),
    // dbus: `libdbus 1.14.10`; the daemon keeps DBUS_VERSION_STRING.
    program(
        "dbus",
        &["libdbus-1.so*", "dbus-daemon"],
        "dbus",
        &["freedesktop:dbus", "d-bus_project:d-bus"],
        &[
            Text("LIBDBUS_PRIVATE_({v3})"),
            Text("libdbus ({v3})"),
            Whole("D-Bus Message Bus", r"(1\.\d{1,2}\.\d{1,2})"),
        ],
    ),
    // `GDBus 2.74.6` in GIO.
    program(
        "glib",
        &["libgio-2.0.so*"],
        "glib",
        &["gnome:glib"],
        &[Text("GDBus ({v3})")],
    ),
    // PACKAGE_VERSION in `dpkg`: a string with the architecture, `1.21.22 (amd64)`.
    program(
        "dpkg",
        &["dpkg", "dpkg-deb", "dpkg-query"],
        "dpkg",
        &["debian:dpkg"],
        &[Text(r"\x00(1\.\d{2}\.\d{1,2}) \([a-z0-9-]{2,16}\)")],
    ),
    // `apk-tools 2.14.0, compiled for`: the version is APK_VERSION.
    program(
        "apk-tools",
        &["apk", "libapk.so*"],
        "apk-tools",
        &["alpinelinux:apk-tools"],
        &[Text(r"apk-tools ({v3}(?:_rc\d)?)")],
    ),
    // rpmversion: VERSION, a string of its own.
    program(
        "rpm",
        &["rpm", "librpm.so*", "librpmio.so*"],
        "rpm",
        &["rpm:rpm"],
        &[Whole("RPM", r"(4\.\d{1,2}\.\d{1,2}(?:\.\d)?)")],
    ),
    // version.c: LVM_VERSION, `2.03.16(2) (2022-05-18)`.
    program(
        "lvm2",
        &["lvm"],
        "lvm2",
        &["redhat:lvm2"],
        &[Text(r"(2\.\d{2}\.\d{2})\(2\) \(20")],
    ),
    // misc/e2fsck: E2FSPROGS_VERSION; `EXT2FS Library version 1.47.0`.
    program(
        "e2fsprogs",
        &[
            "libext2fs.so*",
            "e2fsck",
            "mke2fs",
            "debugfs",
            "dumpe2fs",
            "tune2fs",
        ],
        "e2fsprogs",
        &["e2fsprogs_project:e2fsprogs"],
        &[
            Text("EXT2FS Library version ({v})"),
            Whole("e2fs", r"(1\.4\d\.\d)"),
        ],
    ),
    // `btrfs-progs v6.2`.
    program(
        "btrfs-progs",
        &["btrfs", "mkfs.btrfs"],
        "btrfs-progs",
        &[],
        &[Text("btrfs-progs v({v})")],
    ),
    // `mdadm - v4.2 - `.
    program(
        "mdadm",
        &["mdadm"],
        "mdadm",
        &[],
        &[Text("mdadm - v({v}) ")],
    ),
    // XTABLES_VERSION: `1.8.9 (nf_tables)`.
    program(
        "iptables",
        &["xtables-nft-multi", "xtables-legacy-multi", "iptables"],
        "iptables",
        &["netfilter:iptables"],
        &[Text(r"\x00(1\.\d\.\d{1,2}) \((?:nf_tables|legacy)\)")],
    ),
    // PACKAGE_VERSION, a string of its own.
    program(
        "nftables",
        &["nft"],
        "nftables",
        &["netfilter:nftables"],
        &[Whole("nftables", r"([01]\.\d\.\d{1,2})")],
    ),
    // QEMU_FULL_VERSION: `QEMU emulator version 7.2.22`.
    program(
        "qemu",
        &["qemu-system-*", "qemu-img", "qemu-*-static", "qemu-x86_64"],
        "qemu",
        &["qemu:qemu"],
        &[
            Text("(?:QEMU emulator|qemu-img|qemu-[a-z0-9_]{2,16}) version ({v3})"),
            Text("QEMU v({v3})"),
        ],
    ),
    // `tini version 0.19.0`.
    program(
        "tini",
        &["tini", "tini-static", "docker-init"],
        "tini",
        &[],
        &[Text("tini version ({v3})")],
    ),
    // VERSION, at the head of the usage, `dumb-init v1.2.5`.
    program(
        "dumb-init",
        &["dumb-init"],
        "dumb-init",
        &[],
        &[Text("dumb-init v({v3})"), Text(r"\x00(1\.\d\.\d)\n?\x00")],
    ),
    // PACKAGE_VERSION, a string of its own.
    program(
        "crun",
        &["crun"],
        "crun",
        &["crun_project:crun"],
        &[Whole(
            "crun",
            r"(0\.1\d(?:\.\d)?|1\.[1-9]\d?(?:\.\d{1,2}){0,2})",
        )],
    ),
    // lxc: LXC_VERSION, a string of its own.
    program(
        "lxc",
        &["lxc-start", "lxc-attach", "liblxc.so*"],
        "lxc",
        &["linuxcontainers:lxc"],
        &[Whole("lxc", r"([3-6]\.\d\.\d)")],
    ),
    // `Version: %s` of monit: VERSION, a string of its own.
    program(
        "monit",
        &["monit"],
        "monit",
        &["mmonit:monit", "tildeslash:monit"],
        &[Text(">monit ({v3})<")],
    ),
    // `OpenBSD netcat`, `socat version`: VERSION, a string of its own.
    program(
        "socat",
        &["socat"],
        "socat",
        &["dest-unreach:socat"],
        &[Whole("socat", r"(1\.\d\.\d(?:\.\d){0,2})")],
    ),
    // ceph_version.h: CEPH_GIT_NICE_VER, a string of its own.
    program(
        "ceph",
        &[
            "ceph-osd",
            "ceph-mon",
            "ceph-mds",
            "radosgw",
            "rbd",
            "librados.so*",
            "libceph-common.so*",
        ],
        "ceph",
        &["redhat:ceph", "ceph:ceph"],
        &[Whole("ceph", r"(1\d\.\d\.\d{1,2})")],
    ),
    // VERSION_STRING of Icinga, `r2.13.6-1`.
    program(
        "icinga2",
        &["icinga2"],
        "icinga2",
        &["icinga:icinga"],
        &[Text(r"\x00r?(2\.\d{1,2}\.\d{1,2})(?:-\d)?\x00")],
    ),
];
