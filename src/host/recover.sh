# recover.sh BASE SCOPE: finishes every transaction whose unit is gone. Run at boot and after a transaction failed.
set -u
base=$1 scope=$2
unfinished=0
for folder in "$base"/txn/*/; do
  folder=${folder%/}
  [ -r "$folder/state" ] || continue
  case $folder in *.tmp) continue ;; esac
  its=svcdeploy-${folder##*/}.service
  active=$(systemctl "$scope" show -p ActiveState -- "$its")
  case $active in
    ActiveState=inactive | ActiveState=failed) ;;
    *) continue ;;
  esac
  read -r state _ <"$folder/state" || :
  case $state in
    STAGED | PREPARED | APPLYING | RESTARTING | AWAIT | COMMITTING | ROLLINGBACK)
      /bin/sh "$folder/finish.sh" "$folder" "$scope"
      read -r state _ <"$folder/state" || :
      case $state in STAGED | REFUSED | CONFIRMED | ROLLEDBACK | ROLLBACK_FAILED) ;; *) unfinished=1 ;; esac
      ;;
  esac
  # What it came to is in its state: a unit of ours that has failed says nothing more, and is no news for who watches the host.
  [ "$active" = ActiveState=inactive ] || systemctl "$scope" reset-failed -- "$its" </dev/null 2>/dev/null
done
exit "$unfinished"
