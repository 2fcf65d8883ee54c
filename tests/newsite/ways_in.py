"""Addresses that lead from a stranger's page into the network we run in, and others that only look so."""

PRIVATE_IPV4 = (
    *("0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "100.127.255.255"),
    *("127.0.0.1", "127.0.0.53", "127.255.255.254", "169.254.169.254", "169.254.170.2", "168.63.129.16"),
    *("172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1"),
    *("198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250"),
    *("240.0.0.1", "255.255.255.255"),
)

PRIVATE_IPV6 = (
    *("::", "::1", "0:0:0:0:0:0:0:1", "0000:0000:0000:0000:0000:0000:0000:0001", "::127.0.0.1", "::8.8.8.8"),
    *(
        "::ffff:127.0.0.1",
        "::ffff:7f00:1",
        "::FFFF:10.0.0.1",
        "0:0:0:0:0:ffff:a9fe:a9fe",
        "::ffff:0:127.0.0.1",
    ),
    *("64:ff9b::127.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::1", "64:ff9b:1::808:808", "100::1", "100:0:0:1::1"),
    *("2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:2::1", "2001:10::1", "2001:20::1"),
    *("2001:db8::1", "2002:7f00:1::", "2002:808:808::1", "3fff::1", "5f00::1", "fc00::1", "fd00::1"),
    *("fd00:ec2::254", "fd20:ce::254", "fe80::1", "febf::1", "fec0::1", "ff02::1", "ff05::2", "4000::1"),
    *("2a01:4f8:0:1:0:5efe:127.0.0.1", "2a01:4f8:0:1:200:5efe:a00:1"),
)

PRIVATE_NAMES = (
    *("localhost", "LocalHost", "localhost.", "press.localhost", "localhost.localdomain", "ip6-localhost"),
    *(
        "intranet",
        "router",
        "metadata",
        "wiki.local",
        "printer.lan",
        "nas.home",
        "box.home.arpa",
        "home.arpa",
    ),
    *("db.corp", "app.intranet", "x.private", "metadata.google.internal", "host.docker.internal"),
    *("kubernetes.default.svc", "kubernetes.default.svc.cluster.local", "METADATA.GOOGLE.INTERNAL."),
)

PRIVATE_NOTATIONS = (
    # inet_aton's: fewer parts, octal, hexadecimal, mixed
    *("127.1", "127.0.1", "2130706433", "017700000001", "0x7f000001", "0x7f.1", "0X7F.0.0.1", "0177.0.0.1"),
    *("0177.0.0.01", "0x7f.0x0.0x0.0x1", "127.0.0.0x1", "00000177.0.0.1", "3232235777", "0xa9fea9fe"),
    *("169.254.43518", "0251.0376.0251.0376", "2852039166", "10.1", "0", "0x0", "0.0", "127.000.000.001"),
    *("0x", "127.0x", "4294967295", "0xffffffff"),
    # dots, digits and letters that are others after IDNA
    *("127.0.0.1.", "127.0.0.1..", "①②⑦.⓪.⓪.①", "127。0。0。1", "127．0．0．1", "１２７.0.0.1", "127｡0｡0｡1"),
    *("ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "ｌｏｃａｌｈｏｓｔ", "localhost。", "①⑥⑨.②⑤④.①⑥⑨.②⑤④", "２１３０７０６４３３"),
)

UNREADABLE_HOSTS = (
    *(
        "127%2e0%2e0%2e1",
        "%31%32%37.0.0.1",
        "%6c%6f%63alhost",
        "127.0.0.1%00.paper.example",
        "[fe80::1%25lo]",
    ),
    *("[::1%25lo]", "[::1%lo]", "[::1", "[]", "", ".", "..", "a..paper.example"),
    *("127.0.0.1 .paper.example", "paper.example\\", "paper.example\\@127.0.0.1", "256.256.256.256"),
    *("1.2.3.4.5", "08.8.8.8", "8.8.8.08", "0x8.8.8.8", "134744072", "8.8", "4294967296", "99999999999"),
    *(
        "paper.example.0x7f",
        "paper.1",
        f"{'a' * 64}.example",
        ".".join(["a" * 49] * 6),
        "paper.example:80:80",
    ),
    *("paper.example:port", "paper.example:99999", "paper.example:-1", "\u200b127.0.0.1", "127.0.0.1\u00ad"),
)

CREDENTIALS = (
    *(
        "user:secret@paper.example",
        "user@paper.example",
        "paper.example@127.0.0.1",
        "paper.example:80@127.0.0.1",
    ),
    *(
        ":secret@paper.example",
        "127.0.0.1:80@paper.example",
        "a:b@c:d@paper.example",
        "%40:%3a@paper.example",
    ),
)

PORTS = (
    *("paper.example:22", "paper.example:0", "paper.example:25", "paper.example:3306", "paper.example:5432"),
    *("paper.example:6379", "paper.example:11211", "paper.example:9200", "paper.example:65535", "8.8.8.8:53"),
    *("[2606:4700::1111]:22", "paper.example:8081"),
)

SCHEMES = (
    *(
        "file:///etc/passwd",
        "file://localhost/etc/passwd",
        "ftp://paper.example/a",
        "gopher://127.0.0.1:70/1",
    ),
    *(
        "data:text/html,<p>a",
        "javascript:alert(1)",
        "ws://paper.example/a",
        "s3://bucket/a",
        "dict://127.0.0.1:11211/",
    ),
    *(
        "ldap://127.0.0.1/",
        "unix:///var/run/docker.sock",
        "jar:http://127.0.0.1!/",
        "//127.0.0.1/a",
        "about:blank",
    ),
    *("view-source:http://127.0.0.1/", "feed:http://127.0.0.1/", "feed://127.0.0.1/a"),
)

TRICKS = (
    "http://127.0.0.1#@paper.example/a",
    "http://127.0.0.1?@paper.example/a",
    "http://127.0.0.1:80#.paper.example/a",
    "http://\t127.0.0.1/a",
    "http://127.0.\n0.1/a",
    "ht\ntp://127.0.0.1/a",
    "HTTP://127.0.0.1/a",
    "https://127.0.0.1:443/a",
    "http://127.0.0.1:/a",
    "http:///127.0.0.1/a",
    "http:/127.0.0.1/a",
    "http:127.0.0.1/a",
    "http://[::1]:80/a",
    "http://[0:0::1]/a",
    "http://[v1.localhost]/a",
    "http://-../a",
    " http://127.0.0.1/a",
)


def at(*hosts: str) -> tuple[str, ...]:
    return tuple(f"http://{host}/a" for host in hosts)


PRIVATE = (
    *at(*PRIVATE_IPV4, *(f"[{address}]" for address in PRIVATE_IPV6), *PRIVATE_NAMES, *PRIVATE_NOTATIONS),
)
CLOSED: dict[str, tuple[str, ...]] = {
    "private address": PRIVATE,
    "host": at(*UNREADABLE_HOSTS),
    "credentials": at(*CREDENTIALS),
    "port": at(*PORTS),
    "scheme": SCHEMES,
    "trick": TRICKS,
}
"""By the reason for which they are refused; a trick is refused for one or another."""

OPEN = (
    *(
        "http://paper.example/a",
        "https://paper.example/a",
        "http://PAPER.Example/a",
        "HTTP://paper.example/a",
    ),
    *("http://paper.example./a", "http://paper.example:80/a", "http://paper.example:443/a"),
    *("http://paper.example:8080/a", "https://paper.example:8443/a", "http://paper.example:/a"),
    *("http://www.paper.example/a", "http://under_score.paper.example/a", "http://a--b.paper.example/a"),
    *(
        "http://zeitung-münchen.example/a",
        "http://газета.рф/a",
        "http://新聞.example/a",
        "http://faß.example/a",
    ),
    *("http://xn--mnchen-3ya.example/a", "http://paper。example/a", "http://ｐａｐｅｒ.example/a"),
    *("http://8.8.8.8/a", "http://1.1.1.1/a", "http://93.184.216.34:8080/a", "http://9.255.255.255/a"),
    *("http://11.0.0.0/a", "http://100.63.255.255/a", "http://100.128.0.0/a", "http://126.255.255.255/a"),
    *("http://128.0.0.1/a", "http://169.253.255.255/a", "http://172.15.255.255/a", "http://172.32.0.1/a"),
    *("http://192.0.1.1/a", "http://192.167.1.1/a", "http://192.169.0.1/a", "http://198.17.0.1/a"),
    *("http://223.255.255.255/a", "http://168.63.129.15/a", "http://203.0.114.1/a", "http://192.175.48.1/a"),
    *(
        "http://[2606:4700::1111]/a",
        "http://[2606:4700:0:0:0:0:0:1111]/a",
        "http://[2A00:1450:4001:830::200e]/a",
    ),
    *("http://[2001:4860:4860::8888]:8080/a", "http://[2001:200::1]/a", "http://[2400:cb00::1]/a"),
    *("http://[64:ff9b::808:808]/a", "http://[::ffff:8.8.8.8]/a", "http://[2a01:4f8:0:1:0:5efe:808:808]/a"),
    *("http://10.example.org/a", "http://127.0.0.1.example.org/a", "http://1.2.3.4.example/a"),
    *("http://0x7f.example/a", "http://localhost.example.org/a", "http://local.example/a"),
    *("http://notlocal.example/a", "http://mylocalhost.example/a", "http://internal.paper.example/a"),
    *(
        "http://home.paper.example/a",
        "http://corp.com/a",
        "http://paper.lan.example/a",
        "http://x--.example/a",
    ),
    *(f"http://{'a' * 63}.example/a", f"http://{'.'.join(['a' * 49] * 5)}/a"),
    *(
        "http://paper.example/a?u=http://127.0.0.1/",
        "http://paper.example/@127.0.0.1",
        "http://paper.example/a%00",
    ),
    *(
        "http://paper.example/http://127.0.0.1/",
        "http://paper.example#@127.0.0.1/",
        "http://paper.example/a@b:c",
    ),
    *("http://paper.example?@127.0.0.1", "http://xn--90aoaboidbkyje1ag4e.xn--p1ai/a", "http://3com.com/a"),
)
"""Addresses that are asked for as any other."""
