// The ssh that git calls for a remote over SSH: one key, one address, known hosts, and nothing else of this machine.
import type { CheckedRemote } from "../outbound.ts";
import type { SshAccess } from "../outbound-ssh.ts";

/** What ssh may do: sign in with one key, at a host whose key is known. Nothing of this machine's settings or agents. */
const SSH_SETTINGS = [
  "BatchMode=yes",
  "StrictHostKeyChecking=yes",
  "GlobalKnownHostsFile=/dev/null",
  "UpdateHostKeys=no",
  "VerifyHostKeyDNS=no",
  "CheckHostIP=no",
  "CanonicalizeHostname=no",
  "IdentitiesOnly=yes",
  "IdentityAgent=none",
  "AddKeysToAgent=no",
  "PreferredAuthentications=publickey",
  "ProxyCommand=none",
  "ControlMaster=no",
  "ControlPath=none",
  "ForwardAgent=no",
  "ForwardX11=no",
  "ClearAllForwardings=yes",
  "PermitLocalCommand=no",
  "EscapeChar=none",
  "ConnectTimeout=15",
  "ServerAliveInterval=15",
  "ServerAliveCountMax=2",
];

/**
 * The ssh that git calls, as a shell reads it. It connects to the address that was checked, and takes the host's key by
 * the host's name as known_hosts has it. Of several addresses one of IPv4 is taken: ssh is given one only, and many machines
 * have no IPv6.
 */
export function sshCommand(
  { host, port, address, addresses }: CheckedRemote,
  { keyFile, knownHosts }: SshAccess,
): string {
  const alias = port === 22 ? host : `[${host}]:${port}`;
  const settings = [
    ...SSH_SETTINGS,
    `HostName=${addresses.find((each) => !each.includes(":")) ?? address}`,
    `HostKeyAlias=${alias}`,
    `UserKnownHostsFile=${knownHosts}`,
    `IdentityFile=${keyFile}`,
  ];
  return ["ssh", "-F", "/dev/null", "-a", "-x", "-T", ...settings.map((setting) => `-o ${quoted(setting)}`)].join(" ");
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
