import { describe, expect, test } from "vitest";
import { changed, problemsIn } from "./failover-text";

const VM = "{ name: db, host: primary, memory: 4MiB, io: renic, workload: { kind: replay-server } }";
const HOST = "{ name: spare, cores: 8, clock: 1GHz, nics: [] }";
const PROTECT = "link: { rate: 10Gbps, latency: 20us }, interval: 25ms";

describe("one broken rule, read, its place and what would keep it", () => {
  test.each<[string, readonly (readonly [string, string])[], readonly string[]]>([
    [
      "a VM on a host that does not exist",
      [["host: primary", "host: primry"]],
      ['11:11: vms.0.host: expected the name of a host ("primary", "backup"), got "primry"; did you mean "primary"?'],
    ],
    [
      "protection of a VM that does not exist",
      [["vm: web", "vm: mail"]],
      ['23:11: protect.0.vm: expected the name of a VM ("web"), got "mail"'],
    ],
    [
      "a backup on a host that does not exist",
      [["to: backup", "to: backpu"]],
      ['23:20: protect.0.to: expected the name of a host ("primary", "backup"), got "backpu"; did you mean "backup"?'],
    ],
    [
      "traffic from a VM",
      [["from: visitor", "from: web"]],
      ['16:11: traffic.0.from: expected the name of a client ("visitor"), got "web"'],
    ],
    [
      "traffic to a client",
      [["to: web", "to: visitor"]],
      ['17:9: traffic.0.to: expected the name of a VM ("web"), got "visitor"'],
    ],
    [
      "failure of a VM",
      [["fail: primary", "fail: web"]],
      ['25:21: events.0.fail: expected the name of a host ("primary", "backup"), got "web"'],
    ],
    [
      "traffic without any client",
      [["  - { name: visitor, link: { rate: 10Gbps, latency: 50us } }\n", "  []\n"]],
      ['16:11: traffic.0.from: expected the name of a client (there is none), got "visitor"'],
    ],
    [
      "a VM with the name of a host",
      [
        ["name: web", "name: backup"],
        ["to: web", "to: backup"],
        ["vm: web", "vm: backup"],
      ],
      ['10:11: vms.0.name: expected a name of its own, got "backup", which is at hosts.1.name already'],
    ],
    [
      "a client with the name of a host",
      [
        ["name: visitor", "name: primary"],
        ["from: visitor", "from: primary"],
      ],
      ['8:13: clients.0.name: expected a name of its own, got "primary", which is at hosts.0.name already'],
    ],
    [
      "a backup beside its VM",
      [["to: backup", "to: primary"]],
      ['23:20: protect.0.to: expected another host than that of the VM "web", got "primary"'],
    ],
    [
      "a guest without paravirtual drivers that is asked to suspend itself",
      [["timeout: 1s }", "timeout: 1s, suspend: xenstore }"]],
      [
        '23:123: protect.0.suspend: expected event-channel, because "web" has io: renic and no paravirtual drivers to ask, got xenstore',
      ],
    ],
    [
      "several epochs in flight behind an interval that begins with the acknowledgement",
      [["timeout: 1s }", "timeout: 1s, timing: after-commit, epochs: 2 }"]],
      [
        "23:144: protect.0.epochs: expected 1, because with timing: after-commit the next interval begins when nothing is in flight, got 2; use fixed-rate for more",
      ],
    ],
    [
      "a VM with two backups",
      [["events:", `  - { vm: web, to: backup, ${PROTECT} }\nevents:`]],
      ['24:11: protect.1.vm: expected a VM without a backup, got "web", which is at protect.0.vm already'],
    ],
    [
      "a client with two kinds of traffic",
      [["protect:", "  - { from: visitor, to: web, kind: replay, capture: b.pcap, port: 53 }\nprotect:"]],
      ['22:13: traffic.1.from: expected a client without traffic, got "visitor", which is at traffic.0.from already'],
    ],
    [
      "a host that fails twice",
      [["ablate:", "  - { at: 5s, fail: primary }\nablate:"]],
      ['26:21: events.1.fail: expected a host that still runs, got "primary", which is at events.0.fail already'],
    ],
    [
      "an ability taken away twice",
      [["hold]", "hold, stateWrite]"]],
      [
        '26:41: ablate.abilities.2: expected each ability once, got "stateWrite", which is at ablate.abilities.0 already',
      ],
    ],
    [
      "an ability taken away that no VM has",
      [["io: renic", "io: paravirtual"]],
      ["26:23: ablate.abilities.0: expected an ability of a VM, and stateWrite needs one with io: renic; leave it out"],
    ],
    [
      "a trace that is repeated and is not there",
      [["    workload:", "    job: { hot: 4KiB, cold: 0B, repeat: false }\n    workload:"]],
      ["14:41: vms.0.job.repeat: expected a trace beside it, because that is what is repeated; leave it out"],
    ],
    [
      "an event after the run",
      [["at: 4s", "at: 9s"]],
      ["25:11: events.0.at: expected a time within the run of 8s, got 9s"],
    ],
    [
      "a timeout as long as the heartbeat",
      [["timeout: 1s", "timeout: 100ms"]],
      ["23:110: protect.0.timeout: expected more than the heartbeat of 100ms, got 100ms"],
    ],
    [
      "the default timeout below a long heartbeat",
      [["heartbeat: 100ms, timeout: 1s", "heartbeat: 2s"]],
      ["23:5: protect.0.timeout: expected more than the heartbeat of 2s, got 1s"],
    ],
    [
      "memory below what guest and workload need",
      [["memory: 64MiB", "memory: 8MiB"]],
      ["12:13: vms.0.memory: expected at least 10MiB, which is workingSet and 2MiB for the guest's software, got 8MiB"],
    ],
    [
      "memory below what the default working set needs",
      [
        ["memory: 64MiB", "memory: 2MiB"],
        [", dirtyPerRequest: 8KiB, workingSet: 8MiB", ""],
      ],
      ["12:13: vms.0.memory: expected at least 3MiB, which is workingSet and 2MiB for the guest's software, got 2MiB"],
    ],
    [
      "writes into a working set of less than a frame",
      [["workingSet: 8MiB", "workingSet: 0B"]],
      ["14:98: vms.0.workload.workingSet: expected at least 4KiB for the writes of dirtyPerRequest, got 0B"],
    ],
    [
      "more guests than cores",
      [
        ["cores: 8", "cores: 2"],
        ["traffic:", `  - ${VM}\ntraffic:`],
      ],
      ['5:29: hosts.0.cores: expected at least 3, one for each vCPU of dom0, VM "web", VM "db", got 2'],
    ],
    [
      "a backup without a core",
      [["name: backup, cores: 8", "name: backup, cores: 1"]],
      ['6:28: hosts.1.cores: expected at least 2, one for each vCPU of dom0, backup of "web", got 1'],
    ],
    [
      "more vCPUs with processors of their own than there are, and others that share none",
      [
        ["cores: 8", "cores: 3, dom0: { cpus: shared }"],
        ["io: renic", "io: renic\n    vcpus: 3"],
      ],
      [
        '5:29: hosts.0.cores: expected at least 4, one for each vCPU of VM "web" with 3 vcpus, and one to share for dom0, got 3',
      ],
    ],
    [
      "memory below what a job needs, whose bursts write more than there is",
      [
        ["memory: 64MiB", "memory: 16MiB"],
        ["io: renic", "io: renic\n    job: { hot: 8KiB, cold: 8MiB, hotWrites: 3 }"],
      ],
      [
        "12:13: vms.0.memory: expected at least 18440KiB, which is workingSet, the job's hot, cold and trace and 2MiB for the guest's software, got 16MiB",
        "14:46: vms.0.job.hotWrites: expected at most 2, the pages of hot (8KiB), got 3",
      ],
    ],
    [
      "more guests than virtual functions",
      [
        ["vfs: 7", "vfs: 1"],
        ["traffic:", `  - ${VM}\ntraffic:`],
      ],
      ['5:89: hosts.0.nics.0.vfs: expected at least 2 vfs, one each for VM "web", VM "db", got 1'],
    ],
    [
      "a backup on a host without a NIC",
      [
        ["clients:", `  - ${HOST}\nclients:`],
        ["to: backup", "to: spare"],
      ],
      ['7:49: hosts.2.nics: expected at least 1 vfs, one each for backup of "web", got 0; add a NIC'],
    ],
    [
      "more memory than the simulator has, counted once and twice",
      [["memory: 64MiB", "memory: 1025MiB"]],
      [
        "10:3: vms: expected at most 2GiB of guest memory in all, each protected or migrated VM counted twice, got 2050MiB; " +
          "wasm32 ends at 4GiB, and the rest is needed for rings, staging and traces",
      ],
    ],
  ])("%s", (_, changes, problems) => {
    expect(problemsIn(changed(...changes))).toEqual(problems.map((problem) => `failover.yaml:${problem}`));
  });
});

describe("a value just inside a rule, read, no problem", () => {
  test.each<[string, readonly (readonly [string, string])[]]>([
    ["an event at the end of the run", [["at: 4s", "at: 8s"]]],
    ["a timeout just longer than the heartbeat", [["timeout: 1s", "timeout: 100.000001ms"]]],
    ["memory for guest and workload and nothing more", [["memory: 64MiB", "memory: 10MiB"]]],
    ["as many cores as guests and dom0", [["cores: 8", "cores: 2"]]],
    ["as many virtual functions as guests", [["vfs: 7", "vfs: 1"]]],
    ["all the memory there is", [["memory: 64MiB", "memory: 1GiB"]]],
    ["a spare host without NICs", [["clients:", `  - ${HOST}\nclients:`]]],
    ["two hosts that fail", [["ablate:", "  - { at: 5s, fail: backup }\nablate:"]]],
  ])("%s", (_, changes) => {
    expect(problemsIn(changed(...changes))).toEqual([]);
  });
});
