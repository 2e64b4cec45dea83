# SPDX-License-Identifier: Apache-2.0
# `make help` lists the targets. Everything that is made goes to build/ (build/san with SAN=1).

PREFIX  ?= /usr/local
DESTDIR ?=
CC      ?= gcc
CLANG   ?= clang
V       ?= 0
SAN     ?= 0

B := build
ifeq ($(SAN),1)
B        := build/san
SANFLAGS := -fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined
endif

VERSION  := 0.1.0
LIBDIR   := $(PREFIX)/lib/mcore
WARN     := -Wall -Wextra -Wshadow -Wconversion -Wmissing-prototypes -Wstrict-prototypes
CPPFLAGS += -D_GNU_SOURCE -DMCORE_VERSION='"$(VERSION)"' -Iinclude -Idaemon -isystem /usr/include/libnl3
CFLAGS   ?= -O2 -g
CFLAGS   += -std=gnu17 $(WARN) -ffunction-sections -fdata-sections $(SANFLAGS)
LDFLAGS  += -Wl,--gc-sections $(SANFLAGS)

# The daemon's folders, lowest layer first: each may include itself and those before it.
LAYERS := core codec security transport store datapath hss pgw sgw mme policy dra api

LIBS_core      := -luv -lyaml
LIBS_codec     :=
LIBS_security  := -lcrypto
LIBS_transport := -lsctp -lusrsctp
LIBS_store     := -lsqlite3 -lcrypto
LIBS_datapath  := -lxdp -lbpf -lelf -lz -lnl-route-3 -lnl-3
LIBS_api       := -lmicrohttpd -ljansson
LIBS           := $(LIBS_core) $(LIBS_security) $(LIBS_transport) $(LIBS_store) $(LIBS_datapath) \
		  $(LIBS_api) -lm -lpthread

ifeq ($(V),0)
Q := @
say = @printf '  %-5s %s\n' $(1) $(2)
endif

all: $(B)/mcored $(B)/mcorectl $(B)/ransim $(B)/mcore.bpf.o ## build everything (the default)

$(B)/%.o: %.c
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

define layer
SRC_$(1) := $$(wildcard daemon/$(1)/*.c)
OBJ_$(1) := $$(SRC_$(1):%.c=$(B)/%.o)
$(B)/lib$(1).a: $$(OBJ_$(1))
	$$(call say,AR,$$@)
	@mkdir -p $$(@D)
	@rm -f $$@
	$$(Q)ar rcs $$@ $$^
endef
$(foreach l,$(LAYERS),$(eval $(call layer,$(l))))

ARCHIVES := $(LAYERS:%=$(B)/lib%.a)
# Roles call each other through registered handlers only, but a group spares us the order.
group = -Wl,--start-group $(1) -Wl,--end-group

SRC_mcored   := $(wildcard daemon/*.c)
SRC_mcorectl := $(wildcard cli/*.c)
SRC_ransim   := $(wildcard tools/ransim/*.c)

$(B)/mcored: $(SRC_mcored:%.c=$(B)/%.o) $(ARCHIVES)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(call group,$(filter %.a,$^)) $(LIBS)

$(B)/mcorectl: $(SRC_mcorectl:%.c=$(B)/%.o)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lcurl -ljansson

$(B)/ransim: $(SRC_ransim:%.c=$(B)/%.o) $(B)/libcore.a $(B)/libcodec.a $(B)/libsecurity.a $(B)/libtransport.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(call group,$(filter %.a,$^)) \
		$(LIBS_core) $(LIBS_security) $(LIBS_transport) -lm -lpthread

# -mcpu=v3 loads on 6.1 and later; BTF (-g) makes the maps readable.
BPFFLAGS := -O2 -g -target bpf -mcpu=v3 -Wall -Wextra -Wno-unused-parameter \
	    -Iinclude -Ibpf -I/usr/include/$(shell uname -m)-linux-gnu
$(B)/%.bpf.o: bpf/%.bpf.c $(wildcard bpf/*.h) include/mcore/datapath.h include/mcore/filter.h include/mcore/reasons.h
	$(call say,BPF,$<)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(BPFFLAGS) -c -o $@ $<
	$(Q)llvm-strip -g $@

# --- BPF tests: each takes the object as its argument, and needs root.
BPFTEST := $(patsubst %,$(B)/tests/bpf/%.o,lab frame model model_view model_write rules \
	   cases cases_uplink cases_inside cases_downlink cases_policy cases_relay cases_network) \
	   $(patsubst %,$(B)/daemon/datapath/%.o,tft_rule filter rule) $(B)/libcodec.a $(B)/libcore.a
$(B)/tests/bpf/fixtures: $(B)/tests/bpf/fixtures.o $(B)/tests/bpf/decisions.o $(B)/tests/bpf/spread.o $(BPFTEST) | $(B)/mcore.bpf.o
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lbpf -lelf -lz -lpthread
$(B)/tests/fuzz/bpf_parser: $(B)/tests/fuzz/bpf_parser.o $(BPFTEST) | $(B)/mcore.bpf.o
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lbpf -lelf -lz -lpthread
# --- end of BPF tests

# --- Benchmark of the datapath: make bench, make bench ARGS="-s 1000000 -l 64 -w".
$(B)/tests/bench/%.bpf.o: tests/bench/%.bpf.c $(wildcard tests/bench/*.h bpf/*.h) include/mcore/datapath.h
	$(call say,BPF,$<)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(BPFFLAGS) -c -o $@ $<
$(B)/tests/bench/bench: $(patsubst %,$(B)/%.o,tests/bench/bench tests/bench/misses tests/bench/spread tests/bpf/frame \
		daemon/datapath/filter daemon/datapath/rule)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lbpf -lelf -lz
$(B)/tests/bench/hold_path: $(B)/tests/bench/hold_path.o $(B)/tests/bpf/frame.o
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lxdp -lbpf -lelf -lz
BENCH := $(B)/tests/bench/bench $(B)/tests/bench/drive.bpf.o $(B)/tests/bench/parts.bpf.o $(B)/mcore.bpf.o
BENCH_HOLD := $(B)/tests/bench/hold_path $(B)/tests/bench/hold_path.bpf.o
benches: $(BENCH) $(BENCH_HOLD)
bench: $(BENCH) ## what the datapath costs per packet (as root)
	@$< $(ARGS) $(B)/mcore.bpf.o
	@test -n "$(ARGS)" || $< -p 1,32,256 -l 64 -n 100000 $(B)/mcore.bpf.o
	@test -n "$(ARGS)" || $< -p 1,32,256 -m 1 -s 1,10000 -l 64 -n 20000 -r 41 $(B)/mcore.bpf.o
	@test -n "$(ARGS)" || $< -w -s 1,1000000 -l 64 $(B)/mcore.bpf.o
	@test -n "$(ARGS)" || test "$$(nproc)" = 1 || $< -o 1 -s 1,1000,100000 -l 64 $(B)/mcore.bpf.o
	@tests/bench/harness.sh || test $$? = 77
bench-hold: $(BENCH_HOLD) ## packets of idle devices to userspace: ring buffer and AF_XDP (as root)
	@$< $(B)/tests/bench/hold_path.bpf.o
.PHONY: bench bench-hold benches
# --- end of benchmark

# Unit tests: tests/unit/LAYER/NAME_test.c links with its layer and those below.
upto = $(if $(filter $(1),$(firstword $(2))),$(firstword $(2)),$(firstword $(2)) $(call upto,$(1),$(wordlist 2,99,$(2))))
define unit
$(B)/tests/unit/$(1)/%_test: $(B)/tests/unit/$(1)/%_test.o $(patsubst %,$(B)/lib%.a,$(call upto,$(1),$(LAYERS)))
	$$(call say,LINK,$$@)
	$$(Q)$$(CC) $$(LDFLAGS) -o $$@ $$(filter %.o,$$^) $$(call group,$$(filter %.a,$$^)) -lcmocka \
		$(foreach l,$(call upto,$(1),$(LAYERS)),$(LIBS_$(l))) -lm -lpthread
UNIT_TESTS += $(patsubst tests/unit/$(1)/%_test.c,$(B)/tests/unit/$(1)/%_test,$(wildcard tests/unit/$(1)/*_test.c))
endef
$(foreach l,$(LAYERS),$(eval $(call unit,$(l))))

# ransim's own: all of it but main.c.
$(B)/tests/unit/ransim/%_test: $(B)/tests/unit/ransim/%_test.o \
		$(patsubst %.c,$(B)/%.o,$(filter-out %/main.c,$(SRC_ransim))) \
		$(B)/libcore.a $(B)/libcodec.a $(B)/libsecurity.a $(B)/libtransport.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(call group,$(filter %.a,$^)) -lcmocka \
		$(LIBS_core) $(LIBS_security) $(LIBS_transport) -lm -lpthread
UNIT_TESTS += $(patsubst tests/unit/ransim/%.c,$(B)/tests/unit/ransim/%,$(wildcard tests/unit/ransim/*_test.c))

# Fuzz targets of decoders: one clang build of the codec with libFuzzer and the sanitizers.
FUZZED := $(wildcard daemon/codec/*.c) daemon/core/pool.c
$(B)/fuzz/%.o: %.c
	$(call say,CLANG,$<)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(CPPFLAGS) -std=gnu17 -g -O1 -fsanitize=fuzzer-no-link,address,undefined \
		-fno-sanitize-recover=undefined -MMD -MP -c -o $@ $<
$(B)/tests/fuzz/s1ap $(B)/tests/fuzz/nas: $(B)/tests/fuzz/%: $(B)/fuzz/tests/fuzz/%.o $(FUZZED:%.c=$(B)/fuzz/%.o)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CLANG) -fsanitize=fuzzer,address,undefined -o $@ $^

PARTS := datapath/gtpu_msg datapath/rule mme/rule policy/file core/config core/config_value core/config_print
$(B)/tests/fuzz/parts: $(B)/fuzz/tests/fuzz/parts.o $(FUZZED:%.c=$(B)/fuzz/%.o) $(PARTS:%=$(B)/fuzz/daemon/%.o)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CLANG) -fsanitize=fuzzer,address,undefined -o $@ $^ -lyaml

# The API's server needs most of mcored, but for the gateways.
FUZZED_API := core codec security transport store hss mme policy api
define fuzzed_layer
$(B)/fuzz/lib$(1).a: $(SRC_$(1):%.c=$(B)/fuzz/%.o)
	$$(call say,AR,$$@)
	@rm -f $$@
	$$(Q)ar rcs $$@ $$^
endef
$(foreach l,$(FUZZED_API),$(eval $(call fuzzed_layer,$(l))))
$(B)/tests/fuzz/api: $(B)/fuzz/tests/fuzz/api.o $(FUZZED_API:%=$(B)/fuzz/lib%.a) \
		$(B)/fuzz/daemon/datapath/filter.o $(B)/fuzz/daemon/datapath/rule.o
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CLANG) -fsanitize=fuzzer,address,undefined -o $@ $(filter %.o,$^) $(call group,$(filter %.a,$^)) \
		$(foreach l,$(FUZZED_API),$(LIBS_$(l))) -lm -lpthread

# What the tests in network namespaces are helped by.
$(B)/tests/net/dpctl: $(B)/tests/net/dpctl.o $(B)/libdatapath.a $(B)/libcore.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(call group,$(filter %.a,$^)) $(LIBS_datapath) $(LIBS_core)
$(B)/tests/net/numbered: $(B)/tests/net/numbered.o
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^
$(B)/tests/net/api_storm: $(B)/tests/net/api_storm.o
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^
$(B)/tests/net/gtpu_peer: $(B)/tests/net/gtpu_peer.o
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^

unit-tests: $(UNIT_TESTS)
net-tests: all $(B)/tests/net/dpctl $(B)/tests/net/gtpu_peer $(B)/tests/net/numbered \
	   $(B)/tests/net/api_storm
bpf-tests: $(B)/tests/bpf/fixtures $(B)/mcore.bpf.o
fuzz-targets: $(B)/tests/fuzz/s1ap $(B)/tests/fuzz/nas $(B)/tests/fuzz/parts $(B)/tests/fuzz/api \
	      $(B)/tests/fuzz/bpf_parser $(B)/mcore.bpf.o

deps: ## install what building needs from Debian's packages (as root)
	@tools/packaging/deps build

demo: ## the main job: devices attach, packets flow through XDP (KEEP=1 leaves the lab up)
	@tools/packaging/deps demo
	@$(MAKE) --no-print-directory all
	@KEEP=$(KEEP) CAPTURE=$(CAPTURE) tools/lab/demo.sh

check: ## install what is missing, build, run all tests; ends with "N passed, N failed"
	@tools/packaging/deps test
	@tests/check

unit: unit-tests ## build and run the unit tests alone
	@tests/run --unit $(B)

soak: net-tests ## mcored with sanitizers against mutating eNodeBs and devices (SOAK_SECONDS=600)
	@$(MAKE) --no-print-directory SAN=1 all
	@SOAK_SECONDS=$${SOAK_SECONDS:-600} tests/net/soak.sh

lint: ## formatting, layers, cppcheck, manual pages
	@tools/lint

install: all ## into PREFIX (/usr/local), under DESTDIR
	install -d $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(LIBDIR) \
		$(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/man/man5 \
		$(DESTDIR)$(PREFIX)/share/man/man8 \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions $(DESTDIR)/etc/mcore \
		$(DESTDIR)$(PREFIX)/lib/systemd/system $(DESTDIR)$(PREFIX)/share/doc/mcore
	install -m 755 $(B)/mcored $(DESTDIR)$(PREFIX)/sbin/
	install -m 755 $(B)/mcorectl $(B)/ransim $(DESTDIR)$(PREFIX)/bin/
	install -m 644 $(B)/mcore.bpf.o $(DESTDIR)$(LIBDIR)/
	install -m 644 tools/man/*.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	install -m 644 tools/man/*.5 $(DESTDIR)$(PREFIX)/share/man/man5/
	install -m 644 tools/man/*.8 $(DESTDIR)$(PREFIX)/share/man/man8/
	install -m 644 tools/completion/mcorectl $(DESTDIR)$(PREFIX)/share/bash-completion/completions/
	for unit in mcored mcored-keeper; do \
		sed 's|@SBINDIR@|$(PREFIX)/sbin|' tools/packaging/$$unit.service \
			> $(DESTDIR)$(PREFIX)/lib/systemd/system/$$unit.service || exit 1; \
	done
	install -m 644 tools/packaging/mcored.yaml $(DESTDIR)$(PREFIX)/share/doc/mcore/
	test -e $(DESTDIR)/etc/mcore/mcored.yaml || \
		install -m 600 tools/packaging/mcored.yaml $(DESTDIR)/etc/mcore/

clean: ## remove what was built
	rm -rf build

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

-include $(shell find $(B) -name '*.d' 2>/dev/null)

.PHONY: all unit-tests net-tests bpf-tests fuzz-targets deps demo check unit soak lint install clean help
.SECONDARY:
