<?php
/*
 * Runs a customization file of the documented form as a worker.
 *
 * In:   the file as the only argument; questions as JSON lines on standard input.
 * Out:  one JSON line per question: what the file returned, or the JSON it printed.
 *
 * The file gets $params and runs in a child of its own, forked after this wrapper has been read: it may declare
 * functions, call exit, or break, and the next question finds everything as it was. Without pcntl it runs here, and
 * this process ends after its answer.
 */

function cordboard_run(string $file, array $params): mixed
{
    return include $file;
}

/** The answer's line: what the file returned, else what it printed, if that is JSON. */
function cordboard_answer(mixed $id, mixed $returned, string $printed): string
{
    $is_returned = is_array($returned) || is_object($returned);
    $answer = $is_returned ? (array) $returned : json_decode(is_string($returned) ? $returned : $printed, true);
    if ($is_returned || !is_array($answer)) {
        fwrite(STDERR, $printed);
    }
    if (!is_array($answer)) {
        $answer = ['state' => 'error', 'error' => 'the file neither returned an array nor printed JSON'];
    }
    $answer['id'] = $id;
    $line = json_encode($answer, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_PRESERVE_ZERO_FRACTION);
    if ($line === false) {
        fwrite(STDERR, 'the answer is no JSON: ' . json_last_error_msg() . "\n");
        $line = json_encode(['id' => $id, 'state' => 'error', 'error' => json_last_error_msg()]);
    }
    return $line . "\n";
}

/** Runs the file and hands its answer's line to $give, also where the file calls exit or fails. */
function cordboard_serve(string $file, array $question, callable $give): void
{
    $state = (object) ['returned' => null, 'done' => false];
    $finish = function () use ($state, $question, $give): void {
        if ($state->done) {
            return;
        }
        $state->done = true;
        $printed = '';
        while (ob_get_level() > 0) {
            $printed = ob_get_clean() . $printed;
        }
        $give(cordboard_answer($question['id'], $state->returned, $printed));
    };
    register_shutdown_function($finish);
    ob_start();
    try {
        $state->returned = cordboard_run($file, $question['payload']);
    } catch (Throwable $error) {
        fwrite(STDERR, get_class($error) . ': ' . $error->getMessage() . ' in '
            . $error->getFile() . ':' . $error->getLine() . "\n");
        $state->returned = ['state' => 'error', 'error' => $error->getMessage()];
    }
    $finish();
}

$file = $argv[1];
$forks = function_exists('pcntl_fork') && function_exists('posix_kill');
while (($line = fgets(STDIN)) !== false) {
    $question = json_decode($line, true);
    if (!$forks) {
        cordboard_serve($file, $question, function (string $answer): void {
            fwrite(STDOUT, $answer);
        });
        exit(0);
    }
    [$ours, $theirs] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
    $child = pcntl_fork();
    if ($child === 0) {
        fclose($ours);
        fclose(STDIN);
        cordboard_serve($file, $question, function (string $answer) use ($theirs): void {
            fwrite($theirs, $answer);
            fclose($theirs);
            // no destructor and no shutdown function of the file may write after its answer
            posix_kill(getmypid(), SIGKILL);
        });
        exit(0);
    }
    fclose($theirs);
    $answer = stream_get_contents($ours);
    fclose($ours);
    pcntl_waitpid($child, $status);
    if ($answer === false || $answer === '') {
        $answer = json_encode(['id' => $question['id'], 'state' => 'error', 'error' => 'the file ended without an answer']) . "\n";
    }
    fwrite(STDOUT, $answer);
}
