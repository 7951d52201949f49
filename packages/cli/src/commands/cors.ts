import type { Command } from 'commander'
import type { Io } from '../io.ts'
import { defineCorsExplain } from './cors-explain.ts'
import { defineCorsGenerate } from './cors-generate.ts'

/** `cos-presign cors` */
export function defineCors(command: Command, io: Io): Command {
  defineCorsExplain(
    command
      .command('explain')
      .description('Say which CORS rule a page that uploads meets first, and what it lacks.')
      .addHelpText(
        'before',
        'Example:\n  cos-presign cors explain rules.xml --origin https://example.com --mode put\n',
      ),
    io,
  )
  defineCorsGenerate(
    command
      .command('generate')
      .description('Write the CORS rule that pages need to upload.')
      .addHelpText(
        'before',
        'Example:\n  cos-presign cors generate --origin https://example.com --mode put,multipart\n',
      ),
    io,
  )
  return command
}
