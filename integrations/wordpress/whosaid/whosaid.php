<?php
/**
 * Plugin Name:       Whosaid
 * Description:       Suggests people, organisations and places as tags, and lists who said what, in the block editor. Asks a Whosaid service that you run yourself.
 * Version:           0.1.0
 * Requires at least: 6.1
 * Requires PHP:      7.4
 * License:           GPL-2.0-or-later
 * License URI:       https://www.gnu.org/licenses/gpl-2.0.html
 * Text Domain:       whosaid
 * Domain Path:       /languages
 *
 * This program is free software; you can redistribute it and/or modify it under the terms of the
 * GNU General Public License as published by the Free Software Foundation; either version 2 of the
 * License, or (at your option) any later version. It comes without any warranty.
 *
 * @package Whosaid
 */

namespace Whosaid;

defined( 'ABSPATH' ) || exit;

require_once __DIR__ . '/includes/class-settings.php';
require_once __DIR__ . '/includes/class-settings-page.php';
require_once __DIR__ . '/includes/class-client.php';
require_once __DIR__ . '/includes/class-answer.php';
require_once __DIR__ . '/includes/class-story.php';
require_once __DIR__ . '/includes/class-memory.php';
require_once __DIR__ . '/includes/class-terms.php';
require_once __DIR__ . '/includes/class-routes.php';
require_once __DIR__ . '/includes/class-editor.php';

const VERSION = '0.1.0';
const FILE    = __FILE__;

/**
 * Wires the plug-in: the only place that knows all of its parts.
 */
function start() {
	$settings = new Settings();
	$client   = new Client( $settings );
	$memory   = new Memory();
	( new Settings_Page( $settings ) )->register();
	( new Routes( $settings, $client, $memory, new Terms( $settings ) ) )->register();
	( new Editor() )->register();
}

add_action( 'plugins_loaded', __NAMESPACE__ . '\start' );
