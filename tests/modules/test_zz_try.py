import json, sys
import pytest
from tests.harness.modules import ModuleRunner
from tests.integration.dr.drill_fixtures import *

def servers(simulator, *names):
    return [{"object_type": f["type"], "object_id": f["id"]} for f in map(simulator.server, names)]

def test_it(runner):
    sim = runner.simulator
    drill_world(sim)
    before = things(sim)
    args = {"volumes": list(ALL), "region": WEST, "target_region": EAST, "access_rules": servers(sim, "east-web1"), "attachments": servers(sim, "east-db1"), "rto": "10m", "rpo": "3h"}
    planned = runner.run_task("scp_dr_drill", args, check=True, diff=True)
    print(json.dumps(planned.result, indent=1)[:9000])
    print(planned.message)
    done = runner.run_task("scp_dr_drill", args, diff=True)
    print(json.dumps(done.result, indent=1)[:14000])
    print(done.message)
    gone = runner.run_task("scp_dr_drill", {**args, "state": "absent"}, diff=True)
    print(json.dumps(gone.result, indent=1)[:9000])
    print("\n".join(planned.result["table"]+done.result["table"]+gone.result["table"]))
    print(planned.operations); print(done.operations); print(planned.result["removal_operations"]); print(gone.operations)
    print([len(x.calls) for x in (planned, done, gone)])
    assert_untouched(sim, before)
    assert 0
