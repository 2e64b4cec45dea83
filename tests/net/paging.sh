#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Downlink data for idle devices: it waits while the device is called, and arrives whole, complete and
# in order. Paging goes to the eNodeBs that serve the device's areas and to no others, is repeated, and is
# given up; Wireshark judges it. An eNodeB that has lost a tunnel loses no device.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/exchange.sh"
command -v tshark >/dev/null || skip "needs tshark"
command -v python3 >/dev/null || skip "needs python3"

# Numbered datagrams of SIZE octets to ADDRESS, COUNT of them at GAP seconds.
cat >"/tmp/$LAB-send.py" <<'E2'
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
to, first, count, size, gap = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5])
for i in range(first, first + count):
    s.sendto(b"%06d" % i + b"x" * (size - 6), (to, 4000))
    time.sleep(gap)
E2
# Prints number and size of each datagram that comes.
cat >"/tmp/$LAB-take.py" <<'E2'
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
s.bind(("0.0.0.0", 4000))
while True:
    d = s.recv(65536)
    print(int(d[:6]), len(d), flush=True)
E2
send() { in_ns inet python3 "/tmp/$LAB-send.py" "$IP" "$@"; } # FIRST COUNT SIZE GAP
# took FIRST COUNT SIZE: exactly these came, in this order, since `fresh`.
fresh() { TAKEN=$(wc -l <"$LAB_DIR/taken"); }
taken() { tail -n "+$((TAKEN + 1))" "$LAB_DIR/taken"; }
took() {
	wait_for 8 arrived "$2"
	diff <(taken) <(seq "$1" $(($1 + $2 - 1)) | sed "s/\$/ $3/") | head -n 10
	[ "${PIPESTATUS[0]}" = 0 ]
}
arrived() { [ "$(($(wc -l <"$LAB_DIR/taken") - TAKEN))" -ge "$1" ]; }
idle() {
	ue_is "$1" ecm idle && return 0
	mark
	ran "release $1"
	saw "ue=$1 .*event=released" && wait_for 3 ue_is "$1" ecm idle
}
held() { ctl -j stats | jq --arg n "$1" '.mcore_held_packets_total[$n] // 0'; }

lab_up
lab_config 's/tracking_areas:.*/tracking_areas: [00101:1-2, 00101:40-99]\n  timers: {T3413: 1s}\n  power_saving: {active_time: 10s, buffer: yes}\n  security: {ciphering: [EEA0]}/'
check "mcored starts" lab_start
add_sims 2 >/dev/null
capture_begin s1.pcap
# eNodeBs 1 and 2 share a list of areas; 3 serves another.
# shellcheck disable=SC2046
ENB=10.10.0.2,10.10.0.3,10.10.0.4 TAC=1,2,50 ransim_run --enbs 3 $(device 1 iot) $(device 2 iot t3324=2)
check "two devices attach" saw "ue=2 .*event=attached" 10
check "both" saw "ue=1 .*event=attached" 10
IP=$(session 1 ue4)
spawn ue1 python3 "/tmp/$LAB-take.py" >"$LAB_DIR/taken"
wait_for 5 in_ns core ping -c 1 -W 1 198.51.100.2
wait_for 5 in_ns inet ping -c 1 -W 1 "$IP"

check "the device becomes idle" idle 1
mark
check "the first ping to an idle device is answered" in_ns inet ping -n -c 1 -W 5 "$IP"
check "it was called by the eNodeB of its cell" saw "enb=1 .*event=paging"
check "and by the other one that serves an area of its list" saw "enb=2 .*event=paging"
check "it came for that" saw "ue=1 .*event=service"
check "no ping of ten is lost" eval 'idle 1 && in_ns inet ping -n -q -c 10 -i 0.02 -W 5 "$IP" | grep " 0% packet loss"'

fresh
check "50 packets to an idle device arrive in order" eval 'idle 1 && send 1 50 200 0 && took 1 50 200'
fresh
check "large ones whole" eval 'idle 1 && send 100 20 1400 0.001 && took 100 20 1400'
fresh
# A stream that begins while the device is idle and goes on: what waited comes before what follows.
check "a stream goes on without a gap" eval 'idle 1 && send 1000 400 300 0.002 && took 1000 400 300'
check "nothing waits any more" is 0 stat held_packets

# More than may wait: the first 64 arrive, and no other.
ran "fault 1 unpaged"
check "one that does not answer" idle 1
fresh
lost=$(reason idle_full)
send 5000 100 100 0
check "as much waits as may" wait_for 3 eval '[ $(($(reason idle_full) - lost)) -ge 36 ]'
check "it is called three times" wait_for 6 eval '[ "$(tail -n "+$((SEEN + 1))" "$LAB_DIR/ransim.log" | grep -c "enb=1 .*event=paging")" -ge 3 ]'
check "and given up: what waited is dropped" wait_for 6 eval '[ "$(held given_up)" -ge 64 ]'
check "nothing has arrived" eval '! arrived 1'
ran "fault 1 none"
check "when it comes by itself it gets what comes then" eval 'mark; ran "service 1"; saw "ue=1 .*event=service" && send 6000 5 100 0.01 && took 6000 5 100'

# The eNodeB has lost the device's tunnel: GTP-U Error Indication, release, and a call.
mark
ran "lose 1"
check "data for a tunnel that the eNodeB has lost" eval 'send 7000 1 100 0; logged mme.bearer_lost'
check "calls the device" saw "ue=1 .*event=paged"
check "which is there again" eval 'saw "ue=1 .*event=service" && fresh && send 8000 3 100 0.01 && took 8000 3 100'

# Away from its eNodeB: the whole list is called.
check "it moves while idle, within its list" eval 'idle 1 && ran "move 1 2" && fresh && send 9000 5 100 0.01 && took 9000 5 100'
check "nobody else was ever called" eval '! grep -q "enb=3 .*event=paging" "$LAB_DIR/ransim.log"'
check "device 2 was not called" eval '! grep -q "ue=2 .*event=paged" "$LAB_DIR/ransim.log"'

# Both eNodeBs of its list are away when data comes: the first that is back calls it, long before T3413.
sed -i 's/T3413: 1s/T3413: 30s/' "$LAB_DIR/mcored.yaml"
mark
kill -HUP "$LAB_MCORED"
check "T3413 is longer now" logged 'config.changed key=mme.timers.T3413'
idle 1
mark
ran "drop 1 for-good; drop 2 for-good"
check "no eNodeB serves its areas" eval 'logged "s1.down .*enb=00101-00001" && logged "s1.down .*enb=00101-00002"'
fresh
send 8500 3 100 0.01
check "data is waiting for it" wait_for 5 is 3 stat held_packets
mark
ran "connect 2"
check "an eNodeB that comes back is asked for it" logged 'paging.enb .*devices=1'
check "at once" took 8500 3 100
sed -i 's/T3413: 30s/T3413: 1s/' "$LAB_DIR/mcored.yaml"
kill -HUP "$LAB_MCORED"
ran "connect 1"
check "the other one too is back" logged 's1.setup .*enb=00101-00001'

# A tracking area update comes instead of an answer.
mark
ran "fault 1 unpaged"
idle 1
fresh
send 9100 3 100 0
check "called again" saw "ue=1 .*event=paged"
ran "tau 1 periodic"
check "a tracking area update without the active flag brings its data too" took 9100 3 100

# An update by a GUTI that nobody has: who is it? Once that is proven its context goes on.
ran "fault 1 none"
idle 1
mark
ran "fault 1 unknown-guti"
ran "tau 1 active"
check "an unknown GUTI: the device is asked who it is" saw "ue=1 .*event=identity.request"
check "and its update accepted, with a new GUTI" saw "ue=1 .*event=tau.accept .*guti=new"
ran "fault 1 none"
fresh
check "it has the address it had" is "$IP" session 1 ue4
check "and its data" eval 'send 9200 3 100 0.01 && took 9200 3 100'

# A device that sleeps is not called: what comes waits, and goes with the periodic update.
IP=$(session 2 ue4)
spawn ue2 python3 "/tmp/$LAB-take.py" >>"$LAB_DIR/taken"
check "a device with power saving is idle" idle 2
sleep 3 # T3324, and a little
mark
fresh
send 9300 3 100 0
check "it sleeps: what comes waits" wait_for 5 is 3 stat held_packets
send 9303 2 100 0
check "and what follows" wait_for 5 is 5 stat held_packets
check "nobody calls it" eval '! saw "event=paging" 1 >/dev/null'
mark
ran "tau 2 periodic"
check "it updates its tracking area, without the active flag" saw "ue=2 .*event=tau.accept"
check "and has what waited" took 9300 5 100

capture_end s1.pcap
first() { ts s1.pcap "$@" | cut -d, -f1; }
check "Wireshark reads each Paging" eval '[ "$(first "s1ap.PagingCause || s1ap.UEPagingID" s1ap.CNDomain | sort -u)" = 0 ]'
check "with the identity index of the IMSI" eval '[ "$(first s1ap.UEPagingID s1ap.UEIdentityIndexValue | sort -u | wc -l)" = 1 ]'
check "by S-TMSI" eval '[ "$(first s1ap.UEPagingID s1ap.UEPagingID | sort -u)" = 0 ]'
check "in areas 1 and 2" eval 'tshark -r "$LAB_DIR/s1.pcap" -Y s1ap.UEPagingID -T fields -e s1ap.tAC 2>/dev/null | sort -u | grep -qx "0x0001,0x0002\|1,2\|0x0002,0x0001\|2,1"'
asked() { [ -n "$(ts s1.pcap "nas_eps.nas_msg_emm_type == 0x55 && s1ap.procedureCode == 11" frame.number)" ]; }
check "an Identity Request" asked
check "nothing malformed" capture_clean s1.pcap 60
check "each message has its IEs in order, and goes by the right stream" ies_right s1.pcap
exchange "Paging: by the GUTI's M-TMSI, in the areas of the list, at both eNodeBs" s1.pcap <<-END
	> 17/0 at=@one tAC==1
	< 9/0 at=@one mme=@m emm=0x42 emm.m_tmsi=@g emm.tai_tac==1,2
	... < 23/0 mme=@m radioNetwork=20
	> 23/1 mme=@m
	< 10/0 at=@a ies=80i,43i,109i,46i,211i,231i UEIdentityIndexValue=00:40 Extended_UEIdentityIndexValue=d0:04 UEPagingID=0 mMEC=1 m_TMSI=@g CNDomain=0 tAC==1,2 pagingAttemptCount=1 intendedNumberOfPagingAttempts=3
	< 10/0 !at=@a m_TMSI=@g tAC==1,2 pagingAttemptCount=1
	> 12/0 sec=12 mMEC=1 m_TMSI=@g RRC_Establishment_Cause
	< 9/0 mme=@n teid=$(session 1 teid) erab==5 !NAS_PDU
	> 9/1 mme=@n erab==5
END
exchange "Paging is repeated, counts its attempts, and ends" s1.pcap <<-END
	< 10/0 at=@a m_TMSI=@g pagingAttemptCount=1 intendedNumberOfPagingAttempts=3
	< 10/0 at=@a m_TMSI=@g pagingAttemptCount=2
	< 10/0 at=@a m_TMSI=@g pagingAttemptCount=3
	> 12/0 sec=12 m_TMSI=@g
END
exchange "GTP-U Error Indication: released for the lost radio connection, and paged" s1.pcap <<-END
	< 23/0 mme=@m radioNetwork=21
	... < 10/0 CNDomain=0
	... > 12/0 sec=12
END
exchange "Tracking area update, periodic: accepted, and the bearer set up for what waits" s1.pcap <<-END
	> 12/0 enb=@e sec==1,0 emm=0x48 emm.update_type_value=3 emm.active_flg=0 emm.m_tmsi=@g m_TMSI=@g tAC==2
	< 11/0 mme=@m enb=@e sec==2,0 emm=0x49 emm.eps_update_result_value=0 gm.gmm.gprs_timer==0x36,0x0c emm.tai_tac==2,1 emm.ebi5=1 !emm.m_tmsi
	< 9/0 mme=@m enb=@e erab==5
	> 9/1 mme=@m enb=@e erab==5
END
exchange "Tracking area update by an unknown GUTI: Identification, authentication, another GUTI" s1.pcap <<-END
	> 12/0 enb=@e emm=0x48 emm.active_flg=1 emm.m_tmsi=@u
	< 11/0 mme=@m enb=@e sec==0 emm=0x55 emm.id_type2=1
	> 13/0 mme=@m enb=@e emm=0x56 imsi=$(imsi 1)
	< 11/0 mme=@m enb=@e sec==0 emm=0x52 emm.nas_key_set_id=1
	> 13/0 mme=@m enb=@e emm=0x53
	< 11/0 mme=@m enb=@e emm=0x5d emm.nas_key_set_id=1 emm.hash_mme
	> 13/0 mme=@m enb=@e emm=0x5e
	< 11/0 mme=@m enb=@e emm=0x49 emm.m_tmsi !emm.m_tmsi=@u
	... > 13/0 mme=@m enb=@e emm=0x4a
END
exchange "Tracking area update with the active flag: the bearer set up" s1.pcap <<-END
	> 12/0 enb=@e emm=0x48 emm.active_flg=1
	... < 11/0 mme=@m enb=@e emm=0x49
	... < 9/0 mme=@m enb=@e erab==5 teid=$(session 1 teid)
END
exchange "Tracking area update with power saving: T3324 as configured" s1.pcap <<-END
	> 12/0 enb=@e emm=0x48 gm.gmm.gprs_timer2=0x02
	< 11/0 mme=@m enb=@e emm=0x49 gm.gmm.gprs_timer2=0x02
END
rm -f "/tmp/$LAB-send.py" "/tmp/$LAB-take.py"
finish
