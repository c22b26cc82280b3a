import time, resource
from datetime import date
import pytest
from tests.dbt import lakehouse as lh, recount
from tests.dbt.test_loops import records, test_a_mart_is_the_recount as t1, test_what_was_found_is_what_the_truth_knows as t2  # noqa
from dbt.cli.main import dbtRunner
old = dbtRunner.invoke
def invoke(self, args, **kw):
    r = old(self, args, **kw)
    for n in getattr(r.result, "results", None) or r.result or ():
        if getattr(n, "node", None) is not None and n.execution_time > 0.3:
            print(f"{n.node.name} {n.execution_time:.2f}")
    return r
@pytest.fixture(scope="module", autouse=True)
def spy():
    lh.dbtRunner.invoke = invoke
    yield
def test_recount(records):
    print({f: len(r) for f, r in records.rows.items()}, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss//1024, "MB")
    for name in recount.MARTS:
        t=time.time(); a=recount.of_mart(records.lakehouse, name); b=recount.counts(name, records.rows, records.grids, records.today)
        print(name, len(a), a == b, round(time.time()-t,1))
    t2(records)
def test_again(records):
    print("second build")
    records.lakehouse.publish()
    t=time.time()
    records.lakehouse.build(*recount.MARTS, "grid", day=(records.today - lh.FIRST).days + 1)
    print(time.time()-t)
