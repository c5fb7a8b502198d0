<?php
/*
 * Numbers in the CRM are written in many ways: the last ten digits count, and 9 goes out of the house.
 */
$digits = preg_replace('/\D/', '', $params['params']['extension']);
if (strlen($digits) < 10) {
    return ['state' => 'success'];
}
return ['data' => ['extension' => '98' . substr($digits, -10)], 'state' => 'success'];
