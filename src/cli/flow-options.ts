import type { Command } from 'commander';

/** Adds the options that describe a flow; the same for every command that takes one. */
export function addFlowOptions(command: Command): Command {
  return command
    .option('--from <place>', 'the client: NODE, NODE/NETNS or pod/NAMESPACE/NAME')
    .option('--to <target>', 'the destination: IP[:PORT], svc/NAMESPACE/NAME[:PORT] or a pod')
    .option('--proto <name>', 'tcp (default), udp, icmp or sctp')
    .option('--src <ip>', 'the address the client binds to, like curl --interface IP')
    .option('--iface <device>', 'the device the client binds to, like curl --interface DEV')
    .option('--in <device>', 'the packet arrives from outside on this device of --from')
    .option('--sport <port>', "the client's port")
    .option('--mark <number>', "the mark of the client's socket");
}
