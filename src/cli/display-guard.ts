/**
 * A live display hides the cursor: suspending or quitting the program brings it back, and shows what the
 * hosts make of it.
 */

const SHOW_CURSOR = "\u001b[?25h";
const HIDE_CURSOR = "\u001b[?25l";

const SUSPENDED =
  "\nSuspended: a host whose change is not confirmed yet undoes it when it hears nothing for about 20 " +
  "seconds. `fg` resumes.\n";

/**
 * Looks after the terminal of a process while something is displayed live; the function it gives ends that.
 * Ctrl-Z and Ctrl-\ do what they always do, after the cursor is back.
 */
export function guardDisplay(from: NodeJS.Process): () => void {
  // The display replaces the stream's own write while it runs, and would keep our words back until its end.
  const write = from.stdout.write.bind(from.stdout);
  const suspend = (): void => {
    write(SHOW_CURSOR + SUSPENDED);
    from.kill(from.pid, "SIGSTOP");
  };
  const resume = (): void => {
    write(HIDE_CURSOR);
  };
  const quit = (): void => {
    write(SHOW_CURSOR);
    from.off("SIGQUIT", quit);
    from.kill(from.pid, "SIGQUIT");
  };
  from.on("SIGTSTP", suspend).on("SIGCONT", resume).on("SIGQUIT", quit);
  return () => {
    from.off("SIGTSTP", suspend).off("SIGCONT", resume).off("SIGQUIT", quit);
  };
}
