#!/bin/sh
# Install what the end-to-end test needs from Debian, if something is missing.
set -eu

# mini-httpd and php-cgi are there because the package wordpress wants some web server and some PHP
# for it; these two start nothing. mariadb-server-core is the server without the system's database.
packages="wordpress wordpress-theme-twentytwentythree mini-httpd
php-cli php-cgi php-curl php-mbstring php-mysql php-xml
mariadb-server-core mariadb-client chromium"

missing=
for package in $packages; do
    dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null |
        grep -qx installed || missing="$missing $package"
done
[ -z "$missing" ] && exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "The end-to-end test of the WordPress plug-in needs these packages of Debian:" >&2
    echo "   $missing" >&2
    echo "Install them as root, with: apt-get install --no-install-recommends$missing" >&2
    exit 1
fi
echo "==> Installing$missing"
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends $missing >/dev/null
