/** Takes a curl command in the arguments as it is: behind `--` its options are no flags of ours. */
export function separateCurl(argv: readonly string[]): readonly string[] {
  const at = argv.indexOf('curl')
  if (argv[0] !== 'explain' || at < 0 || argv.slice(0, at).includes('--')) return argv
  return [...argv.slice(0, at), '--', ...argv.slice(at)]
}
