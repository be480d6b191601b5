#!/bin/sh
# Chromium, PostgreSQL, Dovecot and openssl (for certificates of test servers) for the tests: installed where root may, named where not; the tests that need them are then skipped.
set -u
wanted=""
command -v chromium >/dev/null 2>&1 || wanted="$wanted chromium"
# Playwright's own program needs this library, which a small Debian lacks.
/sbin/ldconfig -p | grep -q "libatomic\.so\.1 " || wanted="$wanted libatomic1"
command -v openssl >/dev/null 2>&1 || wanted="$wanted openssl"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || wanted="$wanted postgresql"
[ -x /usr/sbin/dovecot ] || command -v dovecot >/dev/null 2>&1 || wanted="$wanted dovecot-imapd"
[ -z "$wanted" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    # RUNLEVEL=1: the tests start a server of their own, the system's is not wanted.
    apt-get update -q && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $wanted && exit 0
fi
echo "NOT INSTALLED:$wanted. Some tests will be skipped. To run them: sudo apt-get install$wanted" >&2
exit 0
