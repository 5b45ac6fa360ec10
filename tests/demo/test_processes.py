"""Commands of the demo that are to end by themselves."""

from pathlib import Path

import pytest

from demo import processes


def test_a_command_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(processes, "_ENDS_S", 0.2)
    with pytest.raises(processes.DemoError, match="did not end within"):
        processes.run_to_end(["sleep", "60"], {}, tmp_path / "sleep.log")
