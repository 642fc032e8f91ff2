/** Rules about the ports of a bridge, by the hooks at which a bridged packet meets them. */
export const BRIDGED_RULES = {
  prerouting: [
    '-m physdev --physdev-in port0',
    '-m physdev ! --physdev-in port0',
    '-m physdev --physdev-in port+',
    '-m physdev --physdev-in port1',
    '-m physdev --physdev-is-in',
    '-m physdev ! --physdev-is-in',
    '-i bridge0',
    '-i port0',
  ],
  forward: [
    '-m physdev --physdev-in port0 --physdev-out port1 --physdev-is-bridged',
    '-m physdev ! --physdev-out port1 --physdev-is-bridged',
    '-m physdev --physdev-out port+ --physdev-is-bridged',
    '-m physdev --physdev-is-out',
    '-m physdev ! --physdev-is-out',
    '-m physdev --physdev-is-bridged',
    '-m physdev ! --physdev-is-bridged',
    '-m physdev --physdev-is-in --physdev-is-out',
    '-o bridge0',
    '-o port1',
  ],
  postrouting: [
    '-m physdev --physdev-is-bridged',
    '-m physdev ! --physdev-is-bridged',
    '-m physdev --physdev-out port1 --physdev-is-bridged',
    '-m physdev --physdev-is-out',
  ],
} as const;
