"""Java: Maven or Gradle, or source files with a main method."""

from __future__ import annotations

import re

from kata.stacks.app import App
from kata.stacks.plan import Preparation, Start
from kata.submission.refusal import shown

name = "java"

_GRADLE = ("build.gradle.kts", "build.gradle")
_FIRST = ("Main", "App", "Application", "Server")
_MOST_SOURCES = 200
_MAIN = re.compile(r"\bstatic\s+void\s+main\s*\(|\bvoid\s+main\s*\(")
_PACKAGE = re.compile(r"^[ \t]*package[ \t]+([\w.]+)[ \t]*;", re.MULTILINE)
_PLAIN_PATH = re.compile(r"[\w./-]+\.java")

_REPOSITORY = "/opt/m2"
_CLASSES = ".kata/classes"
_FIND = f"mkdir -p {_CLASSES} && find . -name '*.java' -not -path './src/test/*' > .kata/sources"
#: The jar that starts, not what the tools leave beside it.
_JAR = "\"$(ls {folder}/*.jar | grep -Ev -e '-(sources|javadoc|plain|tests)[.]jar$' -e '/original-' | head -n 1)\""


def recognise(app: App) -> str | None:
    """pom.xml, build.gradle or a Java source file."""
    return app.first(("pom.xml", *_GRADLE)) or next(iter(_sources(app)), None)


def prepare(app: App) -> Preparation:
    """The build. What Maven can fetch before the code is there goes into the dependency image."""
    if app.has("pom.xml"):
        of_maven = [path for path in app.everything if path == "mvnw" or path.startswith(".mvn/")]
        install = (*_tool(app, "mvnw", "maven"), f"{_maven(app)} dependency:go-offline")
        poms = [path for path in app.everything if path.rpartition("/")[2] == "pom.xml"]
        return Preparation((*of_maven, *poms), install, (f"{_maven(app)} -DskipTests package",), fetches=True)
    if app.first(_GRADLE):
        command = "sh gradlew" if app.has("gradlew") else "gradle"
        build = f"{command} --no-daemon --gradle-user-home /opt/gradle-home assemble"
        return Preparation(install=_tool(app, "gradlew", "gradle"), build=(build,), fetches=True)
    compiling = f"{_FIND} && javac {_classpath(app, _CLASSES)}-d {_CLASSES} @.kata/sources"
    return Preparation(build=(compiling,) if len(_sources(app)) > 1 else ())


def start(app: App) -> Start | None:
    """A jar that Maven or Gradle builds, else a class with a main method."""
    if app.has("pom.xml"):
        return _from_jar(app, "pom.xml", "target")
    gradle = app.first(_GRADLE)
    return _from_jar(app, gradle, "build") if gradle else _from_sources(app)


def _maven(app: App) -> str:
    command = f"MAVEN_USER_HOME={_REPOSITORY} sh mvnw" if app.has("mvnw") else "mvn"
    return f"{command} -q -B -Dmaven.repo.local={_REPOSITORY}/repository"


def _tool(app: App, wrapper: str, package: str) -> tuple[str, ...]:
    """Debian's package of the build tool where the submission has no wrapper and the image no tool."""
    command = "mvn" if package == "maven" else package
    install = f"apt-get update && apt-get install -y --no-install-recommends {package}"
    return () if app.has(wrapper) else (f"command -v {command} >/dev/null || {{ {install}; }}",)


def _from_jar(app: App, file: str, folder: str) -> Start:
    text = app.text(file)
    if "quarkus" in text:
        line = "java -Dquarkus.http.host=0.0.0.0 -Dquarkus.http.port=$PORT -jar"
        return Start(f"{line} {folder}/quarkus-app/quarkus-run.jar", f"{file} names quarkus", "quarkus")
    jar = _JAR.format(folder="target" if folder == "target" else "build/libs")
    if "org.springframework.boot" in text:
        return Start(f"java -Dserver.port=$PORT -jar {jar}", f"{file} names Spring Boot", "spring-boot")
    return Start(f"java -jar {jar}", f"{file} is there")


def _from_sources(app: App) -> Start | None:
    """One file is run from its source; several are compiled first."""
    sources = _sources(app)
    main = next((path for path in sources if _MAIN.search(app.peek(path))), None)
    if main is None:
        return None
    why = f"{shown(main)} has a main method"
    if len(sources) == 1:
        return Start(f"java {_classpath(app)}{main}", why)
    package = _PACKAGE.search(app.peek(main))
    short = main.rpartition("/")[2].removesuffix(".java")
    full = f"{package[1]}.{short}" if package else short
    return Start(f"java {_classpath(app, _CLASSES)}{full}", why)


def _classpath(app: App, *places: str) -> str:
    """The option that adds these places and the jars in lib/ to the image's $CLASSPATH; nothing without any."""
    known = [*places, *(["lib/*"] if app.has_folder("lib") else [])]
    return f'-cp "{":".join(known)}:$CLASSPATH" ' if known else ""


def _sources(app: App) -> list[str]:
    """Source files outside of tests, those with the name of an entry point first."""
    paths = [path for path in app.named(".java", 12) if "src/test/" not in path and _PLAIN_PATH.fullmatch(path)]
    return sorted(paths[:_MOST_SOURCES], key=_likeliness)


def _likeliness(path: str) -> tuple[int, int, str]:
    short = path.rpartition("/")[2].removesuffix(".java")
    rank = next((index for index, first in enumerate(_FIRST) if short.endswith(first)), len(_FIRST))
    return rank, path.count("/"), path
