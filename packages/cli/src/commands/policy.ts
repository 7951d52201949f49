import type { Command } from 'commander'
import type { Io } from '../io.ts'
import { definePolicyCheck } from './policy-check.ts'
import { definePolicyExplain } from './policy-explain.ts'
import { definePolicyMake } from './policy-make.ts'

/** `cos-presign policy` */
export function definePolicy(command: Command, io: Io): Command {
  definePolicyMake(
    command
      .command('make')
      .description('Write the policy of a temporary key from what it is to be good for.')
      .addHelpText(
        'before',
        'Example:\n  cos-presign policy make --allow upload --max-size 5MB cos://examplebucket-1250000000/users/42/\n',
      ),
    io,
  )
  definePolicyExplain(
    command
      .command('explain')
      .description('Say whether a policy allows a request, and why.')
      .addHelpText(
        'before',
        'Example:\n  cos-presign policy explain policy.json PutObject cos://examplebucket-1250000000/users/42/photo.jpg\n',
      ),
    io,
  )
  definePolicyCheck(
    command
      .command('check')
      .description(
        "Check the policy of a key for presigned URLs against the vendor's advice: uploads and downloads alone.",
      )
      .addHelpText('before', 'Example:\n  cos-presign policy check policy.json\n'),
    io,
  )
  return command
}
