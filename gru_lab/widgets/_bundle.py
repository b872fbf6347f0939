"""One ES module from several: what an anywidget sends to the browser is one text.

A bundler would be a build step and a thousand packages; the widgets need four rules. A module imports by
`import { a, b } from "./x.js";`, exports by putting `export` before a declaration that starts a line, and the entry
ends in `export default { … };`. Anything else that looks like an import or export is refused, and so is a name
declared twice: modules share one scope once they are joined.
"""

import re
from pathlib import Path

IMPORT = re.compile(r'^import \{ (\w+(?:, \w+)*) \} from "(\.{1,2}/[\w./-]+\.js)";$')
EXPORTED = re.compile(r"^export (?=(?:async )?function\*? \w|const \w|let \w|class \w)")
DECLARED = re.compile(r"^(?:export )?(?:(?:async )?function\*? |const |let |var |class )(\w+)")
DEFAULT = re.compile(r"^export default \{[^}]*\};$")
LOOKS_LIKE_MODULE_SYNTAX = re.compile(r"^\s*(?:import\b|export\b)")
DYNAMIC_IMPORT = re.compile(r"^[^\"'`/]*\bimport\s*[(.]")


class BundleError(ValueError):
    """A module that these rules cannot join; the message names the file and the line."""


def bundle(entry):
    """The text of one ES module with everything that `entry` needs, in the order of need. Raises BundleError."""
    modules: dict[Path, tuple[str, set[str]]] = {}  # path -> (its text without module syntax, the names it exports)
    owners: dict[str, str] = {}  # top-level name -> the file that declares it
    _add(Path(entry).resolve(), modules, owners, (), is_entry=True)
    return "\n".join(f"// ---- {path.name}\n{text.strip()}\n" for path, (text, _) in modules.items())


def _add(path, modules, owners, above, is_entry=False):
    if path in above:
        raise BundleError(f"{path.name} imports itself, by way of {above[-1].name}")
    if path in modules:
        return
    if not path.is_file():
        raise BundleError(f"{above[-1].name if above else 'the caller'} imports {path.name}, which is not a file")
    lines, exported, default_seen = [], set(), False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        where = f"{path.name}, line {number}"
        if DYNAMIC_IMPORT.match(line):
            raise BundleError(f"{where}: cannot read {line.strip()!r}")
        if match := IMPORT.match(line):
            wanted = [name.strip() for name in match[1].split(",")]
            source = (path.parent / match[2]).resolve()
            _add(source, modules, owners, (*above, path))
            missing = [name for name in wanted if name not in modules[source][1]]
            if missing:
                raise BundleError(f"{where}: {source.name} does not export {missing[0]}")
            continue
        if declared := DECLARED.match(line):
            name = declared[1]
            if name in owners:
                raise BundleError(f"{where}: {name} is declared in {owners[name]} too; modules share one scope")
            owners[name] = path.name
            if EXPORTED.match(line):
                exported.add(name)
                line = EXPORTED.sub("", line, count=1)
        elif re.match(r"^(?:const|let|var) [{[]", line):
            raise BundleError(f"{where}: cannot follow a destructuring at the top level: {line.strip()}")
        elif DEFAULT.match(line):
            if not is_entry:
                raise BundleError(f"{where}: only the entry may export a default")
            default_seen = True
        elif LOOKS_LIKE_MODULE_SYNTAX.search(line) and not line.lstrip().startswith(("//", "*", "/*")):
            raise BundleError(f"{where}: cannot read {line.strip()!r}")
        lines.append(line)
    if is_entry and not default_seen:
        raise BundleError(f"{path.name} needs a line `export default {{ render }};`")
    modules[path] = ("\n".join(lines), exported)
