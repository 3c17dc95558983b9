# make help lists the targets. One file, no recursion into directories; the calls of $(MAKE) below
# only repeat this file with another set of variables, or after packages were installed.

PREFIX ?= /usr/local
DESTDIR ?=
CC ?= cc
BUILD ?= build
BIN ?= bin
SAN ?=
V ?= @

# A directory with a main.c is a program.
PROGRAMS := $(patsubst %/main.c,%,$(wildcard */main.c))
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

.PHONY: all help install deps deps-run check check-built unit quickstart lint format check-asan \
	check-tsan coverage clean
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

# ---- packages, by Debian's names ----

DEPS_BUILD := gcc libc6-dev make pkg-config libpq-dev libgpgme-dev libcurl4-openssl-dev libssl-dev \
	libexpat1-dev libjansson-dev zlib1g-dev libisal-dev libdeflate-dev
DEPS_RUN := postgresql-15 postgresql-client-15 gnupg ca-certificates
DEPS_TEST := libcmocka-dev bats ceph-mon ceph-osd radosgw curl openssl jq procps util-linux xxd pigz \
	isal gzip python3 strace binutils time
DEPS_LINT := clang clang-format shellcheck mandoc cppcheck
DEPS_COVERAGE := gcovr

deps:
	@scripts/install-deps.sh $(DEPS_BUILD) $(DEPS_RUN) $(DEPS_TEST)

deps-run:
	@scripts/install-deps.sh $(DEPS_BUILD) $(DEPS_RUN)

# ---- tests ----

# The calls of $(MAKE) below use every core, unless the caller said how many.
MAKE_ALL := $(MAKE) $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc 2>/dev/null || echo 2))

unit: $(UNITS:%=$(BUILD)/unit/%)

check: deps
	@$(MAKE_ALL) all unit
	@$(MAKE) --no-print-directory check-built

check-built: all unit
	@BUILD=$(BUILD) BIN=$(BIN) tests/run -j 2 $(TESTS)

check-asan: deps
	@$(MAKE_ALL) BUILD=build/asan BIN=bin/asan SAN=address,undefined all unit
	@BUILD=build/asan BIN=bin/asan tests/run -j 2 $(TESTS)

check-tsan: deps
	@$(MAKE_ALL) BUILD=build/tsan BIN=bin/tsan SAN=thread all unit
	@BUILD=build/tsan BIN=bin/tsan tests/run -j 2 $(TESTS)

coverage: deps
	@scripts/install-deps.sh $(DEPS_COVERAGE)
	@$(MAKE_ALL) BUILD=build/coverage BIN=bin/coverage COVERAGE=--coverage CFLAGS='-O1 -g' all unit
	@find build/coverage -name '*.gcda' -delete
	@BUILD=build/coverage BIN=bin/coverage tests/run -j 2 $(TESTS); status=$$?; \
	    gcovr --root . --filter lib/ $(PROGRAMS:%=--filter %/) --sort-percentage build/coverage; \
	    exit $$status

quickstart: deps-run
	@$(MAKE_ALL) all
	@scripts/quickstart.sh

# ---- lint ----

C_FILES := $(wildcard lib/*/*.[ch] $(PROGRAMS:%=%/*.[ch]) tests/unit/*.[ch])
SHELL_FILES := $(wildcard .ci/run tests/run scripts/*.sh scripts/backup/*.sh scripts/backup/*.bash \
	tests/support/*.sh tests/support/*.bash tests/support/compare-databases)
# Single quotes for bash -c, variables that bats sets, a subshell and errexit for each test.
BATS_IDIOMS := SC2016,SC2030,SC2031,SC2154,SC2164
MAN_PAGES := $(wildcard $(PROGRAMS:%=%/*.1) scripts/backup/*.1)

lint: deps
	@scripts/install-deps.sh $(DEPS_LINT)
	clang-format --dry-run -Werror $(C_FILES)
	shellcheck -x $(SHELL_FILES)
	shellcheck -x -e $(BATS_IDIOMS) $(wildcard tests/integration/*.bats)
	mandoc -Tlint -Wwarning $(MAN_PAGES)
	cppcheck --quiet --error-exitcode=1 --inline-suppr --std=c11 -Ilib \
	    --enable=warning,performance,portability --suppress=missingIncludeSystem \
	    '-Djson_array_foreach(a, i, v)=for (;;)' '-Djson_object_foreach(o, k, v)=for (;;)' \
	    $(filter-out tests/%,$(C_FILES))
	@$(MAKE_ALL) CC=gcc all unit
	@$(MAKE_ALL) CC=clang BUILD=build/clang BIN=bin/clang all unit

format:
	clang-format -i $(C_FILES)

# ---- the rest ----

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 755 $(PROGRAMS:%=$(BIN)/%) $(WRAPPERS) $(DESTDIR)$(PREFIX)/bin
	install -m 644 $(wildcard scripts/backup/*.bash) $(DESTDIR)$(PREFIX)/bin
	install -m 644 $(wildcard $(PROGRAMS:%=%/*.1) scripts/backup/*.1) $(DESTDIR)$(PREFIX)/share/man/man1

clean:
	rm -rf build bin

help:
	@echo 'all          build the programs into $(BIN)/ (the default)'
	@echo 'quickstart   install what is missing, build, back up and restore a sample database'
	@echo 'check        install what is missing, build, run all tests (TESTS=part of a path: only those)'
	@echo 'check-built  the same without looking for packages'
	@echo 'check-asan   all tests with AddressSanitizer and UndefinedBehaviorSanitizer'
	@echo 'check-tsan   all tests with ThreadSanitizer'
	@echo 'coverage     all tests, then the lines of each source file that they reached'
	@echo 'lint         clang-format, shellcheck, mandoc and cppcheck; gcc and clang without warnings'
	@echo 'format       let clang-format lay out the C files'
	@echo 'deps         install the Debian packages that building, running and testing need'
	@echo 'deps-run     the same without those for tests'
	@echo 'unit         build the unit tests'
	@echo 'install      install programs, wrappers and man pages under $$(DESTDIR)$$(PREFIX)'
	@echo 'clean        remove build/ and bin/'
