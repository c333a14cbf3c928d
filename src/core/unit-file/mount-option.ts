/** Options of mounts, as mount(8) and Options= of systemd.mount(5) have them. */

/** An option's name and value: "size=1G" → size, 1G; the value of a lone flag is empty. */
export function splitOption(option: string): readonly [name: string, value: string] {
  const [name = "", ...value] = option.split("=");
  return [name, value.join("=")];
}
