#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tells Linux's gtp device of tunnels (generic netlink family "gtp", version 1), those of the benchmark:
gtp_device.py DEVICE COUNT; session i has slot 2 + i, TEID slot << 12 | 0x9c3 in, slot out, address
10.64.0.0 + slot, peer 10.1.0.2."""
import socket, struct, sys

NLM_F_REQUEST, NLM_F_ACK, NLM_F_EXCL, NLM_F_CREATE = 1, 4, 0x200, 0x400
GENL_ID_CTRL, CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME = 16, 3, 1, 2
GTP_CMD_NEWPDP = 0
GTPA_LINK, GTPA_VERSION, GTPA_PEER_ADDRESS, GTPA_MS_ADDRESS, GTPA_I_TEI, GTPA_O_TEI = 1, 2, 4, 5, 8, 9


def attr(kind, value):
    return struct.pack("HH", len(value) + 4, kind) + value + b"\0" * (-len(value) % 4)


def call(sock, family, command, attributes, flags=0):
    body = struct.pack("BBH", command, 1 if family == GENL_ID_CTRL else 0, 0) + attributes
    sock.send(struct.pack("IHHII", 16 + len(body), family, NLM_F_REQUEST | NLM_F_ACK | flags, 1, 0) + body)
    answer = None
    while True:
        data = sock.recv(65536)
        while data:
            length, kind = struct.unpack_from("IH", data)
            if kind == 2:  # NLMSG_ERROR
                error = struct.unpack_from("i", data, 16)[0]
                if error:
                    raise OSError(-error, "gtp: netlink")
                return answer
            answer = data[20:length]
            data = data[(length + 3) & ~3:]


def attributes_of(data):
    found = {}
    while len(data) >= 4:
        length, kind = struct.unpack_from("HH", data)
        found[kind & 0x3fff] = data[4:length]
        data = data[(length + 3) & ~3:]
    return found


device, count = sys.argv[1], int(sys.argv[2])
index = socket.if_nametoindex(device)
sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
sock.bind((0, 0))
answer = call(sock, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, attr(CTRL_ATTR_FAMILY_NAME, b"gtp\0"))
family = struct.unpack("H", attributes_of(answer)[CTRL_ATTR_FAMILY_ID])[0]
for slot in range(2, 2 + count):
    call(sock, family, GTP_CMD_NEWPDP,
         attr(GTPA_LINK, struct.pack("I", index)) + attr(GTPA_VERSION, struct.pack("I", 1)) +
         attr(GTPA_PEER_ADDRESS, socket.inet_aton("10.1.0.2")) +
         attr(GTPA_MS_ADDRESS, struct.pack("!I", 0x0a400000 + slot)) +
         attr(GTPA_I_TEI, struct.pack("I", slot << 12 | 0x9c3)) + attr(GTPA_O_TEI, struct.pack("I", slot)),
         NLM_F_EXCL | NLM_F_CREATE)
