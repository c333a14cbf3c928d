# recover.sh BASE SCOPE: finishes every transaction whose unit is gone. Run at boot and after a transaction failed.
set -u
base=$1 scope=$2
unfinished=0
for folder in "$base"/txn/*/; do
  folder=${folder%/}
  [ -r "$folder/state" ] || continue
  case $folder in *.tmp) continue ;; esac
  read -r state _ <"$folder/state" || :
  case $state in STAGED | PREPARED | APPLYING | RESTARTING | AWAIT | COMMITTING | ROLLINGBACK) ;; *) continue ;; esac
  active=$(systemctl "$scope" show -p ActiveState -- "svcdeploy-${folder##*/}.service")
  case $active in
    ActiveState=inactive | ActiveState=failed) ;;
    *) continue ;;
  esac
  /bin/sh "$folder/finish.sh" "$folder" "$scope"
  read -r state _ <"$folder/state" || :
  case $state in STAGED | REFUSED | CONFIRMED | ROLLEDBACK | ROLLBACK_FAILED) ;; *) unfinished=1 ;; esac
done
exit "$unfinished"
