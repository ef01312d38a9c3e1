"""Node.js: start scripts, entry files, package managers, TypeScript."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from tests.submitted import Files, detected

from kata.errors import SubmissionError
from kata.stacks import Plan

Detect = Callable[..., Plan]


@pytest.fixture
def plan_of(tmp_path: Path) -> Detect:
    """Detects a submission given as package.json (data or text) and other files."""

    def plan(package: Mapping[str, Any] | str | None = None, files: Files = MappingProxyType({})) -> Plan:
        if package is None:
            return detected(tmp_path / "submission", files)
        text = package if isinstance(package, str) else json.dumps(package)
        return detected(tmp_path / "submission", {"package.json": text, **files})

    return plan


@pytest.mark.parametrize(
    ("script", "start"),
    [
        ("node server.js", "node server.js"),
        ("  node --enable-source-maps src/server.js ", "node --enable-source-maps src/server.js"),
        ("NODE_ENV=x node server.js", "npm start"),
        ("node a.js && node b.js", "npm start"),
        ("nest start", "npm start"),
        ("node $(evil)", "npm start"),
    ],
)
def test_a_plain_start_script_is_run_without_npm(plan_of: Detect, script: str, start: str) -> None:
    assert plan_of({"scripts": {"start": script}}, {"server.js": "", "src/server.js": ""}).start == start


def test_hooks_around_the_start_script_are_kept(plan_of: Detect) -> None:
    assert plan_of({"scripts": {"prestart": "x", "start": "node server.js"}}).start == "npm start"


@pytest.mark.parametrize(
    ("package", "files", "start"),
    [
        ({"main": "lib/api.js"}, {"lib/api.js": ""}, "node lib/api.js"),
        ({"main": "./lib/api"}, {"lib/api.js": ""}, "node lib/api.js"),
        ({"main": "lib"}, {"lib/index.js": ""}, "node lib/index.js"),
        ({"main": "gone.js"}, {"index.js": ""}, "node index.js"),
        ({}, {"index.js": "", "server.js": ""}, "node server.js"),
        ({}, {"src/app.mjs": ""}, "node src/app.mjs"),
        (None, {"app.js": ""}, "node app.js"),
        ({"devDependencies": {"tsx": "4"}}, {"src/server.ts": ""}, "npx tsx src/server.ts"),
        ({}, {"server.ts": ""}, "node --experimental-strip-types server.ts"),
        ({"main": "a b.js"}, {"a b.js": ""}, "node 'a b.js'"),
    ],
)
def test_the_entry_file_is_found(plan_of: Detect, package: object, files: Files, start: str) -> None:
    assert plan_of(package, files).start == start


DEPENDS = {"dependencies": {"express": "4"}, "main": "app.js"}


@pytest.mark.parametrize(
    ("lock", "install"),
    [
        (None, ("npm install --no-audit --no-fund --omit=dev",)),
        ("package-lock.json", ("npm ci --no-audit --no-fund --omit=dev",)),
        ("npm-shrinkwrap.json", ("npm ci --no-audit --no-fund --omit=dev",)),
        (
            "yarn.lock",
            (
                "command -v yarn || corepack enable || npm install --global yarn",
                "yarn install --frozen-lockfile --production",
            ),
        ),
        (
            "pnpm-lock.yaml",
            (
                "command -v pnpm || corepack enable || npm install --global pnpm",
                "pnpm install --frozen-lockfile --prod",
            ),
        ),
    ],
)
def test_the_lock_file_chooses_the_package_manager(plan_of: Detect, lock: str | None, install: tuple[str, ...]) -> None:
    plan = plan_of(DEPENDS, {"app.js": "", **({lock: ""} if lock else {})})
    assert plan.install == install
    assert plan.dependency_files == ("package.json", *([lock] if lock else []))
    assert plan.installed_paths == ("node_modules",)
    assert plan.stack == "node/express"


def test_newer_yarn_keeps_its_packages_in_a_folder(plan_of: Detect) -> None:
    plan = plan_of({**DEPENDS, "packageManager": "yarn@4.1.0"}, {"app.js": "", "yarn.lock": ""})
    assert plan.install == ("corepack enable", "YARN_NODE_LINKER=node-modules yarn install --immutable")


def test_without_dependencies_nothing_is_installed(plan_of: Detect) -> None:
    plan = plan_of({"devDependencies": {"eslint": "9"}}, {"app.js": "", "package-lock.json": "{}"})
    assert (plan.install, plan.dependency_files) == ((), ())


def test_scripts_of_npm_itself_wait_for_the_code(plan_of: Detect) -> None:
    plan = plan_of({**DEPENDS, "scripts": {"prepare": "husky", "postinstall": "prisma generate"}}, {"app.js": ""})
    assert plan.install[0] == "npm pkg delete scripts"
    assert plan.build == ("npm run postinstall",)
    assert plan.fetches


def test_packages_inside_the_submission_need_all_of_it(plan_of: Detect) -> None:
    package = {"dependencies": {"mine": "file:./lib"}, "main": "app.js"}
    assert "lib/index.js" in plan_of(package, {"app.js": "", "lib/index.js": ""}).dependency_files


TYPED = {"scripts": {"start": "node dist/index.js", "build": "tsc"}, "devDependencies": {"typescript": "5"}}


def test_typescript_is_built_with_its_tools(plan_of: Detect) -> None:
    plan = plan_of({**TYPED, "dependencies": {"fastify": "5"}}, {"src/index.ts": "", "package-lock.json": "{}"})
    assert plan.install == ("npm ci --no-audit --no-fund",)
    assert plan.build == ("npm run build",)
    assert plan.start == "node dist/index.js"


def test_what_is_already_built_is_not_built_again_without_its_source(plan_of: Detect) -> None:
    assert plan_of(TYPED, {"dist/index.js": ""}).build == ()


@pytest.mark.parametrize(
    ("start", "files"),
    [
        ("node dist/index.js", {"dist/index.js": "", "src/index.ts": ""}),
        ("node .", {"index.js": "", "index.ts": ""}),
        ("node js", {"js/index.js": "", "src/index.ts": "", "tsconfig.json": '{/* x */ "outDir": "./js"}'}),
    ],
)
def test_what_was_built_before_is_made_again_from_the_source(plan_of: Detect, start: str, files: Files) -> None:
    """Else a learner edits the source, checks again, and nothing changes."""
    plan = plan_of({**TYPED, "scripts": {**TYPED["scripts"], "start": start}}, files)
    assert plan.build == ("npm run build",)
    assert "was built before; `npm run build` makes it again" in plan.warnings[0]


@pytest.mark.parametrize("files", [{"server/index.js": ""}, {"src/index.js": ""}, {"index.js": ""}])
def test_javascript_beside_typescript_is_started_as_it_is(plan_of: Detect, files: Files) -> None:
    package = {**TYPED, "scripts": {"build": "vite build", "start": f"node {next(iter(files))}"}}
    assert plan_of(package, {**files, "client/app.ts": ""}).build == ()


@pytest.mark.parametrize(
    "scripts",
    [
        {"start": "tsx src/index.ts", "build": "tsc"},
        {"start": "ts-node src", "build": "tsc"},
        {"start": "node --experimental-strip-types src/index.ts", "build": "tsc"},
        {"start": "node -r ts-node/register src/index", "build": "tsc"},
        {"start": "npm run build && node dist/index.js", "build": "tsc"},
        {"start": "tsc && node dist/index.js", "build": "tsc"},
        {"prestart": "npm run build", "start": "node dist/index.js", "build": "tsc"},
        {"dev": "tsx watch src/index.ts", "build": "tsc"},
    ],
)
def test_nothing_is_built_that_the_start_does_not_need(plan_of: Detect, scripts: Mapping[str, str]) -> None:
    """A type error must not refuse a server that `npm start` starts, and what builds itself is not built twice."""
    tools = {"typescript": "5", "tsx": "4", "ts-node": "10"}
    plan = plan_of({"scripts": scripts, "devDependencies": tools}, {"src/index.ts": "", "tsconfig.json": "{}"})
    assert plan.build == ()
    assert plan.install == ("npm install --no-audit --no-fund",)


def test_a_build_without_packages_is_run(plan_of: Detect) -> None:
    plan = plan_of({"scripts": {"start": "node dist/index.js", "build": "node build.js"}}, {"build.js": ""})
    assert (plan.install, plan.build) == ((), ("npm run build",))


def test_the_reason_names_the_build(plan_of: Detect) -> None:
    plan = plan_of(TYPED, {"src/index.ts": ""})
    assert plan.why == "package.json has a start script -> node, `node dist/index.js` after `npm run build`"


def test_a_main_file_that_npm_made_up_is_passed_over(plan_of: Detect) -> None:
    package = {**TYPED, "main": "index.js", "scripts": {"build": "tsc", "dev": "tsx src/index.ts"}}
    assert plan_of(package, {"src/index.ts": ""}).start.endswith(" src/index.ts")


def test_packages_without_a_lock_file_are_warned_of(plan_of: Detect) -> None:
    assert "no package-lock.json" in plan_of(DEPENDS, {"app.js": ""}).warnings[0]
    assert plan_of(DEPENDS, {"app.js": "", "yarn.lock": ""}).warnings == ()
    assert plan_of({"main": "app.js"}, {"app.js": ""}).warnings == ()


def test_a_compiler_is_enough_without_a_build_script(plan_of: Detect) -> None:
    package = {**TYPED, "scripts": {"start": "node dist/index.js"}}
    assert plan_of(package, {"tsconfig.json": "{}", "src/index.ts": ""}).build == ("npx tsc",)


def test_a_start_script_with_a_tool_keeps_the_tools(plan_of: Detect) -> None:
    package = {"scripts": {"start": "tsx src/index.ts"}, "devDependencies": {"tsx": "4"}}
    plan = plan_of(package, {"src/index.ts": ""})
    assert plan.install == ("npm install --no-audit --no-fund",)
    assert plan.start == "npm start"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"main": "app.js",\n}', r"package\.json:2: is not valid JSON"),
        ("[]", r"package\.json: expected a JSON object, found list"),
        ("[" * 100_000, r"package\.json: is nested too deeply"),
        ("1" * 10_000, r"package\.json"),
        ("", r"package\.json:1"),
    ],
)
def test_a_broken_package_json_is_refused_by_line(plan_of: Detect, text: str, message: str) -> None:
    with pytest.raises(SubmissionError, match=message):
        plan_of(text, {"app.js": ""})


@pytest.mark.parametrize("package", [{"scripts": []}, {"dependencies": "x"}, {"main": 3}, {"scripts": {"start": 3}}])
def test_odd_fields_are_passed_over(plan_of: Detect, package: Mapping[str, Any]) -> None:
    assert plan_of(package, {"app.js": ""}).start == "node app.js"


def test_what_settings_name_is_there_when_packages_are_installed(plan_of: Detect) -> None:
    """Yarn itself and its plugins, the hooks of pnpm, changes of packages; nothing else of the code."""
    files = (".yarn/releases/yarn-4.0.0.cjs", ".pnpmfile.cjs", "patches/express+4.18.0.patch")
    told = {".yarnrc.yml": "yarnPath: .yarn/releases/yarn-4.0.0.cjs", "yarn.lock": "", "server.js": ""}
    plan = plan_of({"dependencies": {"express": "4"}}, {**told, **dict.fromkeys(files, "")})
    assert set(plan.dependency_files) == {"package.json", "yarn.lock", ".yarnrc.yml", *files}
