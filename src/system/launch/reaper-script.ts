/**
 * Waits for the end of its input, which comes when the launcher does, however that ends; then sees to it that the
 * launcher's container is gone. For any POSIX shell.
 *
 * A container that has an id is gone when the engine says so. One without may still be on its way, asked for by a
 * docker that lives on or has just died: so that docker is ended, and the engine asked for some time more.
 */
export const REAPER_SCRIPT = `
folder=$1 name=$2 docker=$3 secrets=$4 cli=
trap '' HUP INT TERM
cd /
while read -r word rest; do
  case $word in
    cli) cli=$rest ;;
    done) exit 0 ;;
  esac
done

nap() { sleep 0.2 2>/dev/null || sleep 1; }

# An engine that hangs shall not keep us: 5 s and more for each question.
ask() {
  answer=$(
    "$docker" "$@" 2>&1 </dev/null &
    asked=$! naps=0
    while kill -0 "$asked" 2>/dev/null; do
      naps=$((naps + 1))
      if [ "$naps" -gt 25 ]; then kill -9 "$asked"; echo hangs; fi
      nap
    done
  )
}

# Its number may be another's by now.
cli_lives() {
  [ -n "$cli" ] && kill -0 "$cli" 2>/dev/null || return 1
  if [ -r "/proc/$cli/cmdline" ]; then line=$(tr '\\0' ' ' <"/proc/$cli/cmdline"); else line=$(ps -o args= -p "$cli"); fi
  case $line in *"$name"*) return 0 ;; *) return 1 ;; esac
}

turn=0 missing=0 looks=4
while [ "$turn" -lt 75 ]; do
  turn=$((turn + 1)) id=
  if [ -O "$folder" ] && [ -r "$folder/cid" ]; then read -r id <"$folder/cid"; fi
  target=\${id:-$name}
  # With --rm it goes by itself, where the server has ended with its client.
  if [ "$turn" -le "$looks" ]; then
    ask container inspect --format x "$target"
  else
    ask container rm --force --volumes "$target"
    [ "$answer" = "$target" ] && break
  fi
  case $answer in
    *[Nn]"o such container"* | *[Nn]"o such object"*)
      [ -n "$id" ] && break
      if cli_lives; then
        [ "$turn" -gt "$looks" ] && kill -9 "$cli"
      else
        missing=$((missing + 1))
        [ "$missing" -gt 20 ] && break
      fi
      ;;
    *hangs*) turn=$((turn + 10)) ;;
    # Perhaps nobody is there to ask: not so often, then. An engine that comes back removes what has ended by itself,
    # and who removes the same at that moment can leave half of it to Docker 20.10.
    *[Ee]rror* | *annot*)
      turn=$((turn + 3)) looks=$((turn + 4))
      sleep 1
      ;;
  esac
  nap
done

if [ -O "$folder" ]; then
  rm -f "$folder/cid" "$folder/hidden"
  rmdir "$folder"
fi
if [ -n "$secrets" ] && [ -O "$secrets" ]; then
  rm -f "$secrets"/*
  rmdir "$secrets"
fi
`;
