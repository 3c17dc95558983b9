# make help lists the targets. One file, no recursion into directories; the calls of $(MAKE) below
# only repeat this file with another set of variables, or after packages were installed.

PREFIX ?= /usr/local
DESTDIR ?=
CC ?= cc
BUILD ?= build
BIN ?= bin
SAN ?=
V ?= @

PROGRAMS := pgdumpstream pgrestorestream gzfilter gpgfilter s3put s3get s3ls s3rm s3cp prune
WRAPPERS := $(wildcard scripts/backup/postgres-*.sh)
LIBS := base pg dumpstream s3

# ---- what each program is linked from: our libraries in order, then pkg-config names ----

USES_pgdumpstream := dumpstream pg base
USES_pgrestorestream := dumpstream pg base
USES_gzfilter := base
USES_gpgfilter := base
USES_s3put := s3 base
USES_s3get := s3 base
USES_s3ls := s3 base
USES_s3rm := s3 base
USES_s3cp := s3 base
USES_prune := base

# Units under tests/unit are test_COMPONENT_TOPIC.c: COMPONENT is a library or a program.
USES_base := base
USES_pg := pg base
USES_dumpstream := dumpstream base
USES_s3 := s3 base

PKG_base :=
PKG_pg := libpq
PKG_dumpstream := jansson
PKG_s3 := libcurl openssl expat jansson
PKG_gzfilter = zlib $(OPTIONAL_gzfilter)
PKG_gpgfilter := gpgme

# Found and used where they are; gzfilter is whole without them, only slower.
have = $(shell pkg-config --exists $(1) 2>/dev/null && echo $(1))
OPTIONAL_gzfilter := $(call have,libisal) $(call have,libdeflate)
DEFS_gzfilter := $(if $(call have,libisal),-DHAVE_ISAL) $(if $(call have,libdeflate),-DHAVE_LIBDEFLATE)

# ---- flags ----

WARNINGS := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wformat=2 -Wvla -Wstrict-prototypes \
	-Wmissing-prototypes -Werror
HARDENING := -fstack-protector-strong -fPIE $(if $(SAN),,-D_FORTIFY_SOURCE=2)
CFLAGS ?= -O2 -g
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE $(WARNINGS) $(HARDENING) -pthread -MMD -MP -Ilib $(CFLAGS) \
	$(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer -fno-sanitize-recover=all) $(COVERAGE)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now -pthread $(LDFLAGS) $(if $(SAN),-fsanitize=$(SAN)) $(COVERAGE)

# $(call pkgs,COMPONENT): every pkg-config name that COMPONENT and its libraries need
pkgs = $(PKG_$(1)) $(foreach l,$(USES_$(1)),$(PKG_$(l)))
pkg_cflags = $(if $(strip $(call pkgs,$(1))),$(shell pkg-config --cflags $(call pkgs,$(1))))
pkg_libs = $(if $(strip $(call pkgs,$(1))),$(shell pkg-config --libs $(call pkgs,$(1))))

# ---- rules ----

.PHONY: all help install deps check check-built unit quickstart lint format check-asan check-tsan \
	check-versions coverage bench clean
.DELETE_ON_ERROR:
.SECONDARY:

all: $(PROGRAMS:%=$(BIN)/%)

define COMPONENT_RULES
OBJS_$(1) := $$(patsubst %.c,$$(BUILD)/%.o,$$(wildcard $(2)/*.c))
$$(BUILD)/$(2)/%.o: $(2)/%.c Makefile | need-pkg-config
	@mkdir -p $$(@D)
	@echo "  CC    $$<"
	$$(V)$$(CC) $$(ALL_CFLAGS) $$(DEFS_$(1)) -I$(2) $$(call pkg_cflags,$(1)) -c -o $$@ $$<
endef

define LIB_RULES
$$(BUILD)/lib$(1).a: $$(OBJS_$(1))
	@mkdir -p $$(@D)
	@echo "  AR    $$@"
	$$(V)rm -f $$@ && ar rcs $$@ $$^
endef

define PROGRAM_RULES
$$(BIN)/$(1): $$(OBJS_$(1)) $$(USES_$(1):%=$$(BUILD)/lib%.a)
	@mkdir -p $$(@D)
	@echo "  LD    $$@"
	$$(V)$$(CC) $$(ALL_LDFLAGS) -o $$@ $$^ $$(call pkg_libs,$(1))
endef

define UNIT_RULES
$$(BUILD)/unit/$(1): tests/unit/$(1).c $$(filter-out %/main.o,$$(OBJS_$(2))) $$(USES_$(2):%=$$(BUILD)/lib%.a)
	@mkdir -p $$(@D)
	@echo "  UNIT  $$@"
	$$(V)$$(CC) $$(ALL_CFLAGS) $$(DEFS_$(2)) -I$(2) $$(call pkg_cflags,$(2)) \
	    $$(shell pkg-config --cflags cmocka) -MF $$@.d $$(ALL_LDFLAGS) -o $$@ \
	    tests/unit/$(1).c $$(if $$(filter $(2),$(LIBS)),,$$(filter %.o,$$^)) $$(filter %.a,$$^) \
	    $$(call pkg_libs,$(2)) $$(shell pkg-config --libs cmocka)
endef

UNITS := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/test_*.c))
component_of = $(word 2,$(subst _, ,$(1)))

$(foreach l,$(LIBS),$(eval $(call COMPONENT_RULES,$(l),lib/$(l))))
$(foreach l,$(LIBS),$(eval $(call LIB_RULES,$(l))))
$(foreach p,$(PROGRAMS),$(eval $(call COMPONENT_RULES,$(p),$(p))))
$(foreach p,$(PROGRAMS),$(eval $(call PROGRAM_RULES,$(p))))
$(foreach u,$(UNITS),$(eval $(call UNIT_RULES,$(u),$(call component_of,$(u)))))

-include $(wildcard $(BUILD)/*/*.d $(BUILD)/*/*/*.d)

.PHONY: need-pkg-config
need-pkg-config:
	@command -v pkg-config >/dev/null && command -v $(CC) >/dev/null || { \
	    echo "make: no compiler or no pkg-config here; 'make deps' installs what is needed" >&2; exit 69; }

unit: $(UNITS:%=$(BUILD)/unit/%)

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 755 $(PROGRAMS:%=$(BIN)/%) $(WRAPPERS) $(DESTDIR)$(PREFIX)/bin
	install -m 644 $(wildcard $(PROGRAMS:%=%/*.1) scripts/backup/*.1) $(DESTDIR)$(PREFIX)/share/man/man1

clean:
	rm -rf build bin
