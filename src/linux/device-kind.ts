/**
 * Kinds of network devices that the model knows. Any other kind is kept by its name as
 * `other` and is unsupported: the trace names it instead of passing packets through it.
 */
export type DeviceKind = 'loopback' | 'ethernet' | 'veth' | 'bridge' | 'vxlan' | 'tun' | 'other';
