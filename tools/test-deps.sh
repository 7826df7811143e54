#!/usr/bin/env bash
# Installs what the tests need beside Go and Node: as root on Debian by apt-get, elsewhere it says what is missing.
#   chromium, firefox   the browsers of the e2e tests (CHROMIUM and FIREFOX name other programs)
#   Noto CJK, Emoji     fonts, so that screenshots show letters and reactions and not boxes
#   ip, ss              network namespaces, in which the browsers meet, and cutting connections
set -euo pipefail

have() { command -v "$1" >/dev/null 2>&1; }
have_browser() { # variable, then names to look for
  local named=${!1:-}
  if [[ -n $named ]]; then have "$named"; return; fi
  shift
  local name
  for name in "$@"; do have "$name" && return; done
  return 1
}
have_emoji() { have fc-list && [[ -n $(fc-list ':lang=und-zsye' file | head -n 1) ]]; }
have_cjk() { have fc-list && [[ -n $(fc-list ':lang=ko' file | head -n 1) ]]; }

missing() {
  have_browser CHROMIUM chromium chromium-browser google-chrome || echo chromium
  have_browser FIREFOX firefox-esr firefox || echo firefox-esr
  have_cjk || echo fontconfig fonts-noto-cjk
  have_emoji || echo fontconfig fonts-noto-color-emoji
  have ip && have ss || echo iproute2
}

mapfile -t packages < <(missing | tr ' ' '\n')
if ((${#packages[@]} == 0)); then exit 0; fi

if [[ $EUID -eq 0 ]] && have apt-get; then
  echo "installing ${packages[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
  mapfile -t packages < <(missing | tr ' ' '\n')
  if ((${#packages[@]} == 0)); then exit 0; fi
fi

echo "The tests need what is not here (by Debian's names): ${packages[*]}" >&2
echo "On Debian or Ubuntu: sudo apt-get install ${packages[*]}" >&2
echo "Elsewhere install Chromium, Firefox, a Korean and an emoji font; CHROMIUM and FIREFOX may name the programs." >&2
exit 1
