// Addresses that must not be reached, in every spelling: for each door by which an address comes in.

/** Every way to write an address of this machine that was ever seen to work, and some that stand for nobody. */
export const PRIVATE_SPELLINGS: readonly string[] = [
  ..."127.0.0.1 127.0.0.3 127.1 127.0.0.1. 2130706433 0177.0.0.1 0x7f.1 0x7f000001 0 0.0.0.0 localhost localhost.".split(
    " ",
  ),
  ..."LOCALHOST loc%61lhost loc\u00adalhost ⓛocalhost １２７.0.0.1 ①②⑦.0.0.1 127。0。0。1 127.0.0.1%2e".split(" "),
  ..."[::1] [::] [::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1] [64:ff9b::127.0.0.1] [64:ff9b:1::7f00:1]".split(" "),
  ..."[2002:7f00:1::] [2606:2800::5efe:127.0.0.1] [100:0:0:1::1] [4000::1] [fe80::1] [fd00:ec2::254]".split(" "),
  ..."169.254.169.254 168.63.129.16 100.100.100.200 10.0.0.1 100.64.0.1 192.168.0.1 172.16.0.1 224.0.0.1".split(" "),
];
