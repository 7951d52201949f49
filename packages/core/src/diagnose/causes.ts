import type { DiagnosisCode } from './diagnosis-code.ts'
import type { AnswerKind } from './facts.ts'

/** What is known of a cause, whatever the request. */
export interface CauseText {
  /** What COS answers to it; a request without an answer may have any cause. */
  readonly answers: readonly AnswerKind[]
  /** The cause in one sentence. */
  readonly what: string
  /** How it comes about. */
  readonly why: string
  /** What to do. */
  readonly remedy: string
}

const MISMATCH: readonly AnswerKind[] = ['mismatch']
const MALFORMED: readonly AnswerKind[] = ['denied', 'other']
const OTHER: readonly AnswerKind[] = ['other']

/*
 * Each code has a section in docs/why-was-i-refused.md, written from this table by tools/check-diagnoses.mjs.
 */
const CAUSES: Readonly<Record<DiagnosisCode, CauseText>> = {
  // ---- several causes that the evidence cannot tell apart
  'signature-mismatch': {
    answers: MISMATCH,
    what: 'The signature is not the one of this request, and the evidence leaves several causes open.',
    why: 'COS computes the signature again from what it received. A changed request and a wrong SecretKey look the same from outside.',
    remedy:
      'Give the SecretKey, which stays where it is: then the text that was signed is searched for. Or compare the FormatString of COS, line by line, with the HttpString that the signer made.',
  },
  'outside-window': {
    answers: ['outside-window'],
    what: 'The request came outside the time for which it is signed.',
    why: 'COS says "Request has expired" both before a signature begins and after it ends, and the times are in the request, not in the answer.',
    remedy:
      'Give the request too, and look at the clock of the machine that signs. A new signature mends an old one.',
  },
  'key-not-accepted': {
    answers: ['key'],
    what: 'COS knows no key of this SecretId as it was sent.',
    why: 'The SecretId is mistyped or deleted, or it is that of a temporary key, which is a key only together with its token.',
    remedy:
      'Give the request too: the length of the SecretId tells a temporary key, and whether it carries a token.',
  },
  'access-denied': {
    answers: ['denied'],
    what: 'The request was refused, and not for the value of its signature.',
    why: 'COS answers AccessDenied to a request without a signature it can recognise, and to a good one whose key may not do this.',
    remedy: 'Give the request too: it shows whether it is signed.',
  },
  'refused-without-reason': {
    answers: ['bare'],
    what: 'The request was refused without a reason.',
    why: 'The answer to a HEAD has no body, and proxies drop one; so the document that says why is missing.',
    remedy:
      'Send the same with GET, signed for GET, and give its answer. A URL that is signed for GET cannot be used for HEAD: sign one for each.',
  },

  // ---- time
  expired: {
    answers: ['outside-window'],
    what: 'The signature has ended.',
    why: 'A signature holds from the first to the second of the times in q-sign-time. Where an SDK counts the life from the StartTime of a temporary key, a URL can be over when it is made.',
    remedy: 'Sign again, with a longer life if the time was too short.',
  },
  'not-yet-valid': {
    answers: ['outside-window', 'skewed'],
    what: 'The signature has not begun.',
    why: 'The clock of the machine that signed is ahead, or the start was given as a later time.',
    remedy: 'Set the clock by NTP, and let signatures begin a minute early, as this library does.',
  },
  'clock-wrong': {
    answers: ['skewed', 'outside-window'],
    what: 'A clock is wrong: the one that signed, or the one that sent.',
    why: 'COS compares the times of a request with its own clock, and forgives 15 minutes in a Date header.',
    remedy:
      'Set the clock by NTP. Where it cannot be, take the difference to the Date of an answer into account.',
  },
  'times-in-milliseconds': {
    answers: ['skewed', 'outside-window', 'denied', 'other'],
    what: 'The times of the signature are in milliseconds.',
    why: 'q-sign-time and q-key-time are Unix seconds; JavaScript and Java count in milliseconds.',
    remedy: 'Divide by 1000 and round down.',
  },
  'window-edited': {
    answers: MISMATCH,
    what: 'The times in the request are not the ones that were signed.',
    why: 'The life of a signature is part of it; it cannot be prolonged by writing another time into a URL.',
    remedy: 'Sign again with the life you want.',
  },
  'times-differ': {
    answers: MISMATCH,
    what: 'q-sign-time and q-key-time differ, and the signature was made with one of them for both.',
    why: 'The sign key is made from q-key-time, and the text that is signed holds q-sign-time.',
    remedy: 'Write the same times into both.',
  },

  // ---- key and token
  'key-unknown': {
    answers: ['key'],
    what: 'COS has no key of this SecretId.',
    why: 'It is mistyped, deleted, or of another account.',
    remedy: 'Copy the SecretId again, and look in the console whether the key exists and is enabled.',
  },
  'wrong-key': {
    answers: MISMATCH,
    what: 'The signature was made with another SecretKey than the one COS has for this SecretId.',
    why: 'The key was changed or mistyped, or id and key come from two different keys.',
    remedy: 'Copy SecretId and SecretKey again, both of the same key.',
  },
  'key-with-white-space': {
    answers: MISMATCH,
    what: 'The SecretKey was used with something around it that does not belong to it.',
    why: 'A file ends with a line end, a copied text with a space, and quotes of an environment file can become part of the value.',
    remedy: 'Remove it where the key is read.',
  },
  'id-and-key-swapped': {
    answers: ['key', 'mismatch'],
    what: 'SecretId and SecretKey are swapped.',
    why: 'Both look like random text. A SecretId begins with AKID.',
    remedy: 'Swap them. The SecretKey has now been sent in the clear as q-ak: replace the key.',
  },
  'id-of-another-key': {
    answers: ['mismatch', 'key'],
    what: 'The request names another key than the one you gave.',
    why: 'Id and key come from two places, or the credential given here is not the one the request was signed with.',
    remedy: 'Take SecretId and SecretKey from one place.',
  },
  'token-missing': {
    answers: ['key', 'denied', 'mismatch'],
    what: 'The key is temporary, and the request carries no token.',
    why: 'A temporary key is a key only together with its token. Most SDKs leave adding it to a presigned URL to the caller.',
    remedy:
      'Send the token as x-cos-security-token, in a header or a parameter; put it in before signing. This library adds it to every presigned URL.',
  },
  'token-wrong': {
    answers: ['key', 'denied', 'mismatch'],
    what: 'The request carries a token that is not the one of its key.',
    why: 'A new temporary key came with a new token, and the old one was kept; or a permanent key needs none.',
    remedy: 'Take id, key and token from the same answer of STS.',
  },
  'token-broken': {
    answers: ['key', 'denied', 'mismatch'],
    what: 'The token did not arrive as it is.',
    why: 'A token holds +, / and =. Some SDKs put it into a URL unencoded, where + is read as a space; others encode it twice.',
    remedy: 'Percent-encode the token once when you put it into a URL.',
  },
  'token-expired': {
    answers: ['token', 'key', 'denied'],
    what: 'The temporary key is dead.',
    why: 'A signature ends with the temporary key it was made with, whatever its own times say.',
    remedy: 'Get a new temporary key and sign again.',
  },

  // ---- method
  'method-differs': {
    answers: MISMATCH,
    what: 'The request was sent with another method than it was signed for.',
    why: 'The method is part of the signature: a URL for GET does not open with HEAD, and one for PUT not with POST.',
    remedy: 'Send it with the method it was signed for, or sign one for each method.',
  },
  'form-signed-as-request': {
    answers: ['mismatch', 'denied', 'other'],
    what: 'A form upload was signed like any other request.',
    why: 'POST Object has a signature of its own, over a policy, which travels in the fields of the form.',
    remedy: 'Sign a POST policy and send its fields before the file; or upload with PUT.',
  },

  // ---- path
  'path-encoded-before-signing': {
    answers: MISMATCH,
    what: 'The path was percent-encoded before it was signed.',
    why: 'COS signs the decoded path: /图.jpg, not /%E5%9B%BE.jpg.',
    remedy: 'Give the signer the key as it is, and encode it only in the URL.',
  },
  'path-encoded-twice': {
    answers: ['mismatch', 'other'],
    what: 'The path was percent-encoded twice.',
    why: 'COS decodes a path once, so %2520 is a key with %20 in it. It comes about where both a program and its HTTP client encode.',
    remedy: 'Encode once, in one place.',
  },
  'path-slash-differs': {
    answers: MISMATCH,
    what: 'The path was signed with other slashes than it was sent with.',
    why: 'A key is put behind a slash that it has already, or a proxy or client merges two; to COS each slash is part of the key.',
    remedy: 'Put one slash before the key, both where it is signed and in the URL.',
  },
  'path-plus-for-space': {
    answers: MISMATCH,
    what: 'A space of the path was written as +, or a + read as a space.',
    why: 'Form encoding writes a space as +, but that holds for a query only; in a path + is a plus.',
    remedy: 'Encode a space in a path as %20, and a plus as %2B.',
  },
  'path-dots-collapsed': {
    answers: MISMATCH,
    what: 'The client collapsed . or .. in the path before it sent it.',
    why: 'Browsers, fetch and curl resolve dot segments in a URL; to COS they are part of the key.',
    remedy: 'Write ./ as .%2F in the URL, as this library does, or use curl --path-as-is.',
  },
  'path-holds-bucket': {
    answers: MISMATCH,
    what: 'The name of the bucket was signed as part of the path, or left out of it.',
    why: 'The bucket stands in the host or, in path style, in the path; what is signed is what is sent.',
    remedy:
      'Sign the path as it stands in the URL. Buckets made since 2024 refuse path style: use <bucket>.cos.<region>.myqcloud.com.',
  },
  'path-holds-query': {
    answers: MISMATCH,
    what: 'The query was signed as part of the path.',
    why: 'Parameters have a line of their own in what is signed.',
    remedy: 'Give the signer path and parameters apart.',
  },
  'path-holds-host': {
    answers: MISMATCH,
    what: 'The host was signed as part of the path.',
    why: 'What is signed is the path alone, from the slash after the host; the host is a header.',
    remedy: 'Give the signer the path without scheme and host.',
  },
  'path-unicode-form': {
    answers: MISMATCH,
    what: 'The path was signed in another Unicode form than it was sent in.',
    why: 'macOS takes é apart into e and an accent where other systems have one character; they look the same and have other bytes.',
    remedy: "Normalise keys when they are made: key.normalize('NFC').",
  },
  'path-not-utf8': {
    answers: ['other', 'mismatch', 'denied'],
    what: 'The path is not percent-encoded UTF-8.',
    why: 'It was encoded from another character set, such as GBK, or holds a % that begins no escape.',
    remedy: 'Encode the UTF-8 bytes of the key; a % of the key is %25.',
  },
  'path-differs': {
    answers: MISMATCH,
    what: 'The request was sent with another path than it was signed for.',
    why: 'A key was changed after it was signed, or a proxy in between rewrote the path.',
    remedy: 'Sign the path that is sent.',
  },

  // ---- parameters
  'parameter-missing': {
    answers: MISMATCH,
    what: 'A parameter was signed and not sent.',
    why: 'Every name in q-url-param-list must be in the query; COS counts a missing one as empty.',
    remedy: 'Send it, or sign without it.',
  },
  'parameter-encoded-twice': {
    answers: MISMATCH,
    what: 'A parameter was percent-encoded twice.',
    why: 'A value is encoded once in what is signed, and once in the URL; HTTP clients encode what they are given.',
    remedy: 'Give signer and HTTP client the plain value.',
  },
  'parameter-not-encoded': {
    answers: MISMATCH,
    what: 'A parameter was signed without the encoding that COS asks for.',
    why: "Everything but letters, digits and - _ . ~ is encoded in what is signed, / * ! ' ( ) too, which many functions leave alone.",
    remedy: 'Encode values by the rule of COS before they are signed.',
  },
  'parameter-plus-for-space': {
    answers: MISMATCH,
    what: 'A space of a parameter was signed as +, or a + sent that was read as a space.',
    why: 'In a query + is a space; in what is signed a space is %20 and a plus %2B.',
    remedy: 'Sign a space as %20, and send a plus as %2B.',
  },
  repeated: {
    answers: MISMATCH,
    what: 'A parameter or header was sent more often than it was signed.',
    why: 'Somebody on the way, or the client, added it a second time.',
    remedy: 'Send it as often as it was signed.',
  },
  'parameter-differs': {
    answers: MISMATCH,
    what: 'A parameter was sent with another value than it was signed with.',
    why: 'It was changed after signing, or by somebody on the way.',
    remedy: 'Sign the value that is sent.',
  },
  'parameter-unsigned': {
    answers: [],
    what: 'A parameter is not signed.',
    why: 'Only the parameters in q-url-param-list are protected; COS takes others, so whoever has the URL may change them. Operations and data processing may need theirs signed.',
    remedy: 'Put parameters in before signing.',
  },

  // ---- headers
  'header-missing': {
    answers: MISMATCH,
    what: 'A header was signed and not sent.',
    why: 'Every name in q-header-list must be among the headers. Clients drop headers they do not let you set, and proxies drop others.',
    remedy: 'Send it with the value it was signed with, or sign without it.',
  },
  'content-type-differs': {
    answers: MISMATCH,
    what: 'Content-Type was sent with another value than it was signed with.',
    why: 'Clients add one by themselves: curl -d says application/x-www-form-urlencoded, fetch with a string text/plain;charset=UTF-8.',
    remedy:
      'Set the header explicitly to the value that was signed; or leave it out of the signature if it may be anything.',
  },
  'header-not-encoded': {
    answers: MISMATCH,
    what: 'A header was signed without the encoding that COS asks for.',
    why: 'Header values are percent-encoded in what is signed, like those of parameters.',
    remedy: 'Encode values by the rule of COS before they are signed.',
  },
  'header-white-space': {
    answers: MISMATCH,
    what: 'A header was signed with other white space than it arrives with.',
    why: 'HTTP drops white space around a value, and some clients make several spaces one.',
    remedy: 'Trim header values before you sign and send them.',
  },
  'header-differs': {
    answers: MISMATCH,
    what: 'A header was sent with another value than it was signed with.',
    why: 'It was changed after signing, by the client or by somebody on the way.',
    remedy: 'Send the value that was signed, or sign the one that is sent.',
  },
  'host-differs': {
    answers: MISMATCH,
    what: 'The request went to another host than it was signed for.',
    why: 'A CDN, an accelerating or custom domain, a proxy or a wrong region stands where the signed host should; the host is part of the signature.',
    remedy:
      'Sign for the host that COS sees (Endpoint or Domain), or leave the host out of the signature, which lets it hold for other buckets too.',
  },
  'host-port-differs': {
    answers: MISMATCH,
    what: 'The host was signed with another port than it was sent with.',
    why: 'A port that is not the usual one is part of the Host header; some SDKs drop it before signing.',
    remedy: 'Sign the host with the port it is sent with.',
  },
  'host-is-cdn': {
    answers: ['mismatch', 'denied', 'other'],
    what: 'The request goes to a CDN host, where signatures of COS do not hold.',
    why: '*.file.myqcloud.com is the CDN, which has an authentication of its own.',
    remedy: 'Use the host of COS, or the URL authentication of the CDN.',
  },
  'strict-signing': {
    answers: ['denied', 'mismatch', 'other'],
    what: 'The bucket may demand that more headers are signed.',
    why: 'In the strict mode, which a bucket can have since 2025, Content-Type, Content-Length and other headers must be in the signature; older SDKs leave them out.',
    remedy: 'Sign all headers that are sent.',
  },

  // ---- how the signature was computed
  'list-incomplete': {
    answers: MISMATCH,
    what: 'Something was signed that the lists of the signature do not name.',
    why: 'COS takes into the signature what q-header-list and q-url-param-list name, and nothing else.',
    remedy: 'Make the lists from the same names as the text that is signed.',
  },
  'charset-differs': {
    answers: MISMATCH,
    what: 'Text that is not ASCII was signed in another encoding than UTF-8.',
    why: 'COS hashes UTF-8 bytes; a Latin-1 or twice encoded text has others.',
    remedy: 'Hash the UTF-8 bytes of the text.',
  },
  'signer-step-wrong': {
    answers: MISMATCH,
    what: 'The signer does one step of the algorithm in another way.',
    why: 'Each step counts to the byte: the hex text of the sign key is the key of the signature, and each line ends with LF, the last too.',
    remedy: 'Correct the step, and compare with traceSignature(), which shows every text in between.',
  },
  'signature-edited': {
    answers: MISMATCH,
    what: 'The signature itself was changed.',
    why: 'A character was lost or changed in copying, or a client lower-cased or encoded the URL.',
    remedy: 'Copy the URL again, whole.',
  },

  // ---- the form of the signature
  unsigned: {
    answers: ['denied'],
    what: 'The request carries no signature.',
    why: 'A bucket is private unless it says otherwise, and COS treats a request without a recognisable signature as anonymous.',
    remedy: 'Sign it: a presigned URL, or an Authorization header.',
  },
  'url-cut': {
    answers: MALFORMED,
    what: 'The URL was cut off.',
    why: 'In a shell & ends a command, so a URL without quotes loses all after it; chats and mails cut long ones.',
    remedy: 'Put the URL in single quotes.',
  },
  'url-html-escaped': {
    answers: MALFORMED,
    what: 'The URL was copied out of HTML: its & are written &amp;.',
    why: 'HTML and XML write & so; in a URL each parameter but the first gets a wrong name.',
    remedy: 'Write & for each &amp;.',
  },
  'url-encoded-twice': {
    answers: MALFORMED,
    what: 'The whole URL was percent-encoded once more.',
    why: 'A URL that is complete was given to a function that encodes it: a redirect, a template, an HTTP client that takes parameters.',
    remedy: 'Pass a presigned URL on as it is.',
  },
  'signature-malformed': {
    answers: MALFORMED,
    what: 'The signature has not the form that COS reads.',
    why: 'It needs all seven fields, each once: q-sign-algorithm, q-ak, q-sign-time, q-key-time, q-header-list, q-url-param-list, q-signature.',
    remedy: 'Send what the signer made, unchanged.',
  },
  'algorithm-unsupported': {
    answers: ['other', 'denied'],
    what: 'q-sign-algorithm is not sha1.',
    why: 'It is the only algorithm that COS has published.',
    remedy: 'Sign with sha1.',
  },
  'other-signature': {
    answers: ['denied', 'other', 'key'],
    what: 'The request carries the signature of another service.',
    why: 'S3, OSS and the retired JSON API of COS sign in other ways, which look similar.',
    remedy: 'Sign for the XML API of COS; S3 signatures hold only where COS speaks S3.',
  },
  'signed-twice': {
    answers: ['mismatch', 'denied', 'other', 'key'],
    what: 'The request carries a signature in the Authorization header and another in the query.',
    why: 'A client that signs by itself was given a presigned URL. Which of the two counts is documented nowhere.',
    remedy: 'Send one of them: a presigned URL needs no Authorization header.',
  },

  // ---- what is no fault of the signature
  'policy-denied': {
    answers: ['denied'],
    what: 'The signature is accepted, and the key may not do this.',
    why: 'The policy of the user, the temporary key or the bucket lacks the action (PutObject, PostObject, HeadObject are three) or the resource, or a deny wins.',
    remedy: 'Allow the action on this key in the policy, with all the policies that apply.',
  },
  'referer-denied': {
    answers: ['denied'],
    what: 'The hot-link protection of the bucket refused the Referer.',
    why: 'The bucket allows only pages of some sites to embed its objects, or no empty Referer.',
    remedy: 'Add the site to the list of the bucket; a valid signature passes it too.',
  },
  'cors-refused': {
    answers: OTHER,
    what: 'The CORS rules of the bucket do not allow this from a page.',
    why: 'No rule has the origin, the method and all the headers of the preflight; the first that matches counts.',
    remedy: 'Add a rule for the origin with the method, with AllowedHeader * and ExposeHeader ETag.',
  },
  'cors-or-network': {
    answers: ['none'],
    what: 'The browser shows no answer.',
    why: 'It hides answers that CORS does not allow to be read, a refusal for its signature too, and shows a broken connection in the same way.',
    remedy:
      'Send the same with curl: if that answers, it is CORS. Add a rule for the origin, and ExposeHeader ETag and Date.',
  },
  'path-style-refused': {
    answers: OTHER,
    what: 'The bucket refuses path-style addresses.',
    why: 'Buckets made since 2024-01-01 do.',
    remedy: 'Put the bucket into the host: <bucket>.cos.<region>.myqcloud.com.',
  },
  'download-refused': {
    answers: OTHER,
    what: 'The default domain does not hand out this kind of file.',
    why: 'Buckets made since 2024-01-01 refuse .apk and .ipa on it.',
    remedy: 'Use a custom domain.',
  },
  'download-forced': {
    answers: ['accepted'],
    what: 'The browser downloads the object instead of showing it.',
    why: 'Buckets made since 2024-01-01 force that on the default domain.',
    remedy: 'Use a custom domain.',
  },
  'object-missing': {
    answers: OTHER,
    what: 'The signature is accepted, and there is no such object.',
    why: 'Keys differ in every character: letter case, a leading slash, an escape that was encoded twice.',
    remedy: 'List the prefix and compare.',
  },
  'bucket-missing': {
    answers: OTHER,
    what: 'There is no such bucket in this region.',
    why: 'The name lacks its APPID, or the region is that of another bucket; COS does not redirect.',
    remedy: 'Check BucketName-APPID and region.',
  },
  'body-differs': {
    answers: OTHER,
    what: 'The body that arrived is not the one that was announced.',
    why: 'Content-MD5, Content-Length or a checksum is of another body, or the connection broke.',
    remedy: 'Compute them from the bytes that are sent.',
  },
  'form-refused': {
    answers: ['denied', 'other'],
    what: 'The policy of the form does not allow what the form holds.',
    why: 'Each condition must hold for the field of its name, and the policy must not have expired.',
    remedy: 'Send the fields that the policy names, as it names them, before the file.',
  },
  'object-archived': {
    answers: OTHER,
    what: 'The object is archived.',
    why: 'An archived object must be restored before it can be read.',
    remedy: 'Restore it, and wait until that is done.',
  },
  'refused-otherwise': {
    answers: OTHER,
    what: 'COS refused for a reason that is none of the signature.',
    why: 'Its code and message say which.',
    remedy: 'Look the code up among the error codes of COS.',
  },

  // ---- about the evidence
  'evidence-of-two-requests': {
    answers: ['mismatch'],
    what: 'The answer belongs to another request than the one given.',
    why: 'The key times in its StringToSign are not those of the request; a retry or a new URL came between.',
    remedy: 'Give a request with its own answer.',
  },
  'evidence-altered': {
    answers: ['mismatch'],
    what: 'The FormatString is not the text that the StringToSign was made from.',
    why: 'Copying changed it: white space, line ends, or characters that a terminal cannot show.',
    remedy: 'Save the answer to a file as it came (curl -o), and give the file.',
  },
}

/** All codes, in the order of the documentation. */
export const CODES: readonly DiagnosisCode[] = Object.keys(CAUSES) as DiagnosisCode[]

/** The texts of a code. */
export function causeOf(code: DiagnosisCode): CauseText {
  return CAUSES[code]
}
