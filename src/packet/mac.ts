/** To whom a frame is addressed, by its destination address. Linux: eth_skb_pkt_type(). */
export function frameType(mac: string): 'unicast' | 'broadcast' | 'multicast' {
  if (mac.toLowerCase() === 'ff:ff:ff:ff:ff:ff') return 'broadcast';
  return (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1 ? 'multicast' : 'unicast';
}
