//! Mail, names, directories, files over the network, tunnels.

use super::super::Pattern::{Text, Whole};
use super::{Classifier, program};

pub(super) static ROWS: &[Classifier] = &[
    // src/version.h: `ProFTPD Version 1.3.8`.
    program(
        "proftpd",
        &["proftpd"],
        "proftpd",
        &["proftpd:proftpd"],
        &[Text(r"ProFTPD Version (1\.\d\.\d{1,2}[a-z]?(?:rc\d)?)")],
    ),
    // main.c: `vsftpd: version 3.0.3`.
    program(
        "vsftpd",
        &["vsftpd"],
        "vsftpd",
        &["vsftpd_project:vsftpd"],
        &[Text("vsftpd: version ({v3})")],
    ),
    // src/ftpd.h: `pure-ftpd v1.0.50`.
    program(
        "pure-ftpd",
        &["pure-ftpd"],
        "pure-ftpd",
        &["pureftpd:pure-ftpd"],
        &[Text("pure-ftpd v({v3})")],
    ),
    // src/version.c: version_string, next to `Exim version %s`.
    program(
        "exim",
        &["exim", "exim4"],
        "exim",
        &["exim:exim"],
        &[Whole("Exim version", r"(4\.[6-9]\d(?:\.\d{1,2}){0,2})")],
    ),
    // src/global/mail_version.h: `mail_version=3.7.11`.
    program(
        "postfix",
        &[
            "postfix",
            "postconf",
            "master",
            "smtpd",
            "postmap",
            "libpostfix-global.so*",
        ],
        "postfix",
        &["postfix:postfix"],
        &[Text(r"mail_version=({v3}(?:-RC\d)?)")],
    ),
    // src/lib/dovecot-version.h: `Dovecot v2.3.19.1 (`.
    program(
        "dovecot",
        &["dovecot"],
        "dovecot",
        &["dovecot:dovecot"],
        &[Text("Dovecot v({v})")],
    ),
    // smtpd.h: `OpenSMTPD 6.8.0p2`.
    program(
        "opensmtpd",
        &["smtpd"],
        "opensmtpd",
        &["openbsd:opensmtpd", "opensmtpd:opensmtpd"],
        &[Text(r"OpenSMTPD ({v3}(?:p\d{1,2})?)")],
    ),
    // config.h: PACKAGE_STRING, `unbound 1.17.1`.
    program(
        "unbound",
        &[
            "unbound",
            "unbound-checkconf",
            "unbound-control",
            "unbound-host",
        ],
        "unbound",
        &["nlnetlabs:unbound"],
        &[Text(r"unbound ({v3})\x00")],
    ),
    // bin/named/config.c: `BIND 9.18.1`; the libraries' names carry the version since 9.15.
    program(
        "bind",
        &[
            "named",
            "dig",
            "nsupdate",
            "named-checkconf",
            "libdns-9*.so",
            "libisc-9*.so",
        ],
        "bind",
        &["isc:bind"],
        &[
            Text(r"lib(?:isc|dns)-(9\.\d{1,2}\.\d{1,3}(?:-S\d|-P\d|rc\d)?)[-.]"),
            Text(r"BIND (9\.\d{1,2}\.\d{1,3}(?:-P\d)?)"),
            Whole("named", r"(9\.\d{1,2}\.\d{1,3}(?:-P\d)?)"),
        ],
    ),
    // src/config.h: `dnsmasq-` VERSION.
    program(
        "dnsmasq",
        &["dnsmasq"],
        "dnsmasq",
        &["thekelleys:dnsmasq"],
        &[Text(r"dnsmasq-(2\.\d{1,3}(?:rc\d|test\d)?)")],
    ),
    // config.h: PACKAGE_STRING, `NSD 4.6.1`.
    program(
        "nsd",
        &["nsd"],
        "nsd",
        &["nlnetlabs:nsd"],
        &[Text(r"NSD ({v3})\x00")],
    ),
    // `Knot DNS 3.2.6`.
    program(
        "knot",
        &["knotd", "knotc", "kdig"],
        "knot",
        &["nic:knot_dns"],
        &[Text("Knot DNS ({v3})")],
    ),
    // kresd: PACKAGE_VERSION, a string of its own.
    program(
        "knot-resolver",
        &["kresd", "kres-cache-gc"],
        "knot-resolver",
        &["nic:knot_resolver"],
        &[
            Whole("Knot Resolver", r"([56]\.{n}\.{n})"),
            Whole("kres", r"([56]\.{n}\.{n})"),
        ],
    ),
    // pdns/version.cc: VERSION, a string of its own.
    program(
        "powerdns",
        &["pdns_server", "pdnsutil"],
        "pdns",
        &["powerdns:authoritative_server", "powerdns:authoritative"],
        &[Whole(
            "PowerDNS",
            r"(4\.{n}\.{n})(?:-\d[0-9A-Za-z.+~]{0,24})?",
        )],
    ),
    // pdns/version.cc of the recursor.
    program(
        "pdns-recursor",
        &["pdns_recursor", "rec_control"],
        "pdns-recursor",
        &["powerdns:recursor"],
        &[
            Whole("rec_control", r"([45]\.{n}\.{n})"),
            Text("pdns-recursor-({v3})"),
            Whole("PowerDNS", r"([45]\.{n}\.{n})"),
        ],
    ),
    // include/ldap_pvt: `$OpenLDAP: slapd 2.5.13 (`.
    program(
        "openldap",
        &[
            "slapd",
            "ldapsearch",
            "ldapadd",
            "ldapmodify",
            "ldapwhoami",
            "slapadd",
            "slapcat",
        ],
        "openldap",
        &["openldap:openldap"],
        &[Text(r"\$OpenLDAP: [a-z ]{3,16} ({v3})")],
    ),
    // The vendor's version symbol, `SAMBA_4.17.12`.
    program(
        "samba",
        &[
            "smbd",
            "nmbd",
            "winbindd",
            "samba",
            "smbclient",
            "libsmbconf.so*",
            "libsamba-util.so*",
        ],
        "samba",
        &["samba:samba"],
        &[Text(r"SAMBA_(4\.\d{1,2}\.\d{1,3})")],
    ),
    // `stunnel 5.68 on `.
    program(
        "stunnel",
        &["stunnel", "stunnel4"],
        "stunnel",
        &["stunnel:stunnel"],
        &[Text("stunnel ({v}) on ")],
    ),
    // version.h: PACKAGE_STRING, `OpenVPN 2.6.3 x86_64…`.
    program(
        "openvpn",
        &["openvpn"],
        "openvpn",
        &["openvpn:openvpn"],
        &[Text(
            r"OpenVPN (2\.\d\.\d{1,2}(?:_(?:rc|beta|alpha)\d{1,2})?) [a-z0-9_]{3,20}-",
        )],
    ),
    // `tor 0.4.7.13`.
    program(
        "tor",
        &["tor"],
        "tor",
        &["torproject:tor"],
        &[Text(r"tor (0\.\d\.\d{1,2}\.\d{1,2}(?:-(?:alpha|rc))?)\x00")],
    ),
    // daemon: VERSION, a string of its own, `strongSwan %s`.
    program(
        "strongswan",
        &["charon", "charon-systemd", "starter"],
        "strongswan",
        &["strongswan:strongswan"],
        &[Whole("strongSwan", r"([56]\.{n}\.{n})")],
    ),
    // util/version.h: `FreeRADIUS Version 3.2.1`.
    program(
        "freeradius",
        &["freeradius", "radiusd"],
        "freeradius",
        &["freeradius:freeradius"],
        &[Text("FreeRADIUS Version ({v3})")],
    ),
    // `Keepalived v2.2.7 (`.
    program(
        "keepalived",
        &["keepalived"],
        "keepalived",
        &["keepalived:keepalived"],
        &[Text("Keepalived v({v3})")],
    ),
    // `Coturn-4.6.1 '`.
    program(
        "coturn",
        &["turnserver"],
        "coturn",
        &["coturn_project:coturn", "coturn:coturn"],
        &[Text("Coturn-({v3})")],
    ),
    // main.c, FULL_VERSION: `kamailio 5.6.3 (`.
    program(
        "kamailio",
        &["kamailio"],
        "kamailio",
        &["kamailio:kamailio"],
        &[Text(r"kamailio ({v3}{pre}) \(")],
    ),
    // main/version.c: asterisk_version; `Asterisk 18.9.0`.
    program(
        "asterisk",
        &["asterisk"],
        "asterisk",
        &["digium:asterisk", "asterisk:open_source"],
        &[Text("Asterisk ({v3}{pre})")],
    ),
    // include/version: `InspIRCd-3.15.0`.
    program(
        "inspircd",
        &["inspircd"],
        "inspircd",
        &["inspircd:inspircd"],
        &[Text("InspIRCd-({v3})")],
    ),
    // net-snmp-config: VersionInfo, a string of its own.
    program(
        "net-snmp",
        &["snmpd", "snmptrapd", "libnetsnmp.so*"],
        "net-snmp",
        &["net-snmp:net-snmp"],
        &[
            Whole("NET-SNMP", r"(5\.{n}(?:\.{n}){0,2})"),
            Whole("Net-SNMP", r"(5\.{n}(?:\.{n}){0,2})"),
        ],
    ),
    // CHRONY_VERSION, a string of its own.
    program(
        "chrony",
        &["chronyd", "chronyc"],
        "chrony",
        &["tuxfamily:chrony"],
        &[Whole("chrony", r"([34]\.\d{1,2}(?:\.\d)?)")],
    ),
    // include/ntpd: Version, `ntpd 4.2.8p15`.
    program(
        "ntp",
        &["ntpd", "ntpdate", "ntpq"],
        "ntp",
        &["ntp:ntp"],
        &[Text(r"ntp(?:d|date|q) (4\.\d\.\d{1,2}(?:p\d{1,2})?)@")],
    ),
    // cups: CUPS_SVERSION, `CUPS v2.4.2`; CUPS_MINIMAL, `CUPS/2.4.2`.
    program(
        "cups",
        &["cupsd", "libcups.so*"],
        "cups",
        &["openprinting:cups", "apple:cups"],
        &[Text(r"CUPS/(\d\.\d{1,2}\.\d{1,3}{pre})")],
    ),
    // include/zbx: ZABBIX_VERSION, `Zabbix 6.0.14`.
    program(
        "zabbix",
        &[
            "zabbix_agentd",
            "zabbix_server",
            "zabbix_proxy",
            "zabbix_agent2",
        ],
        "zabbix",
        &["zabbix:zabbix"],
        &[Text(r"Zabbix ({v3}{pre})\x00")],
    ),
    // collectd: `collectd 5.12.0`.
    program(
        "collectd",
        &["collectd"],
        "collectd",
        &["collectd:collectd"],
        &[Text("collectd ({v3})")],
    ),
    // src/fluent-bit: FLB_VERSION_STR, a string of its own, next to `Fluent Bit v%s`.
    program(
        "fluent-bit",
        &["fluent-bit"],
        "fluent-bit",
        &["treasuredata:fluent_bit", "fluentd:fluent_bit"],
        &[
            Text("Fluent Bit v({v3})"),
            Text(r"\x00({v3})\x00{1,2}(?:\x1b\[1m\x00)?(?:%s)?Fluent Bit"),
            Whole("Fluent Bit", r"([1-5]\.{n}\.{n})"),
        ],
    ),
    // SERVER_VERSION, `openvswitch 3.1.0`: `%s (Open vSwitch) 3.1.0`.
    program(
        "openvswitch",
        &["ovs-vswitchd", "ovsdb-server", "ovs-vsctl", "ovs-ofctl"],
        "openvswitch",
        &["openvswitch:openvswitch"],
        &[Text(r"\(Open vSwitch\) ({v3})")],
    ),
    // src/options.h: DROPBEAR_VERSION in the greeting, `SSH-2.0-dropbear_2022.83`.
    program(
        "dropbear",
        &["dropbear", "dbclient", "dropbearmulti"],
        "dropbear",
        &["dropbear_ssh_project:dropbear_ssh"],
        &[Text(r"SSH-2\.0-dropbear_(20\d\d\.\d{1,3})")],
    ),
    // version.h: `OpenSSH_9.2p1`.
    program(
        "openssh",
        &[
            "sshd",
            "ssh",
            "ssh-keygen",
            "ssh-agent",
            "ssh-add",
            "sftp-server",
            "sshd-session",
            "ssh-keyscan",
        ],
        "openssh",
        &["openbsd:openssh"],
        &[
            Text(r"OpenSSH_(\d{1,2}\.\d{1,2}(?:\.\d)?p\d)"),
            Text(r"\x00OpenSSH_(\d{1,2}\.\d{1,2}(?:\.\d)?)\x00"),
        ],
    ),
    // ClamAV: VERSION, a string of its own.
    program(
        "clamav",
        &["clamd", "clamscan", "freshclam", "libclamav.so*"],
        "clamav",
        &["clamav:clamav", "cisco:clamav"],
        &[
            Whole("clamav", r"([01]\.{n}\.{n})"),
            Whole("ClamAV", r"([01]\.{n}\.{n})"),
        ],
    ),
];
