<?php
/*
 * Black and white lists: calls of these extensions, and calls on these lines, are not told to the CRM.
 * A call of several extensions is left out only if all of them are on the list.
 */
$black_extensions = ['105', '199'];
$black_lines = ['74951000009'];

$call = $params['call_full'];
$extensions = [];
foreach ($call['conversations'] as $conversation) {
    foreach (['from', 'to'] as $side) {
        if ($conversation['channel'][$side]['is_local']) {
            $extensions[] = $conversation['channel'][$side]['original'];
        }
    }
}
$is_black = $extensions && !array_diff($extensions, $black_extensions)
    || in_array(ltrim($call['channel']['trunk']['original'], '+'), $black_lines, true);

return ['data' => ['result' => !$is_black], 'state' => 'success'];
