<?php
/**
 * What the side bar and the settings page ask WordPress.
 *
 * @package Whosaid
 */

namespace Whosaid;

use WP_Error;
use WP_Post;
use WP_REST_Request;
use WP_REST_Server;

defined( 'ABSPATH' ) || exit;

/**
 * Routes of the REST API below whosaid/v1. WordPress checks the nonce; each checks who may.
 */
final class Routes {

	const NAMESPACE = 'whosaid/v1';

	/**
	 * Whether posts are sent by themselves.
	 *
	 * @var Settings
	 */
	private $settings;

	/**
	 * The service.
	 *
	 * @var Client
	 */
	private $client;

	/**
	 * What is remembered about posts.
	 *
	 * @var Memory
	 */
	private $memory;

	/**
	 * Entities as terms.
	 *
	 * @var Terms
	 */
	private $terms;

	/**
	 * Takes what the routes need.
	 *
	 * @param Settings $settings Where settings are kept.
	 * @param Client   $client   The service.
	 * @param Memory   $memory   What is remembered about posts.
	 * @param Terms    $terms    Entities as terms.
	 */
	public function __construct( Settings $settings, Client $client, Memory $memory, Terms $terms ) {
		$this->settings = $settings;
		$this->client   = $client;
		$this->memory   = $memory;
		$this->terms    = $terms;
	}

	/**
	 * Tells WordPress to ask for the routes.
	 */
	public function register() {
		add_action( 'rest_api_init', array( $this, 'add_routes' ) );
	}

	/**
	 * Adds the routes.
	 */
	public function add_routes() {
		$text = array( 'type' => 'string' );
		$this->add_post_route( '', WP_REST_Server::READABLE, 'show' );
		$this->add_post_route(
			'/analysis',
			WP_REST_Server::CREATABLE,
			'analyze',
			array(
				'title'   => $text,
				'content' => $text,
				'again'   => array(
					'type'    => 'boolean',
					'default' => false,
				),
			)
		);
		$this->add_post_route(
			'/decisions',
			WP_REST_Server::CREATABLE,
			'decide',
			array(
				'key'      => $text + array( 'required' => true ),
				'decision' => $text + array(
					'required' => true,
					'enum'     => array( 'accept', 'reject', 'reconsider' ),
				),
			)
		);
		register_rest_route(
			self::NAMESPACE,
			'/connection',
			array(
				'methods'             => WP_REST_Server::CREATABLE,
				'callback'            => array( $this, 'test_connection' ),
				'permission_callback' => static function () {
					return current_user_can( 'manage_options' );
				},
			)
		);
	}

	/**
	 * Adds a route about one post, for those who may edit it.
	 *
	 * @param string $path    After the post's id.
	 * @param string $methods HTTP's.
	 * @param string $answer  Which method of this class answers.
	 * @param array  $args    What the request may bring.
	 */
	private function add_post_route( $path, $methods, $answer, array $args = array() ) {
		register_rest_route(
			self::NAMESPACE,
			'/posts/(?P<id>\d+)' . $path,
			array(
				'methods'             => $methods,
				'callback'            => array( $this, $answer ),
				'permission_callback' => array( $this, 'may_edit' ),
				'args'                => $args,
			)
		);
	}

	/**
	 * Says whether this user may edit this post, and it is one that can be analyzed: neither a
	 * revision, nor an autosave, nor a template.
	 *
	 * @param WP_REST_Request $request Names the post.
	 * @return bool
	 */
	public function may_edit( WP_REST_Request $request ) {
		$post = get_post( (int) $request['id'] );
		return $post && current_user_can( 'edit_post', $post->ID ) && is_post_type_viewable( $post->post_type );
	}

	/**
	 * Answers what is known about a post; asks the service nothing.
	 *
	 * @param WP_REST_Request $request Names the post.
	 */
	public function show( WP_REST_Request $request ) {
		return $this->describe( get_post( (int) $request['id'] ) );
	}

	/**
	 * Asks the service about a post: about the title and content that were sent, or else those
	 * that are saved. A story that the latest answer is about is not sent again, unless `again`.
	 *
	 * @param WP_REST_Request $request Names the post.
	 */
	public function analyze( WP_REST_Request $request ) {
		$post  = get_post( (int) $request['id'] );
		$story = new Story( $request['title'] ?? $post->post_title, $request['content'] ?? $post->post_content );
		$known = $this->memory->answer( $post->ID );
		if ( $story->is_empty() || ( $known && $known['hash'] === $story->hash() && ! $request['again'] ) ) {
			return $this->describe( $post );
		}
		$body   = $this->client->analyze( $story );
		$answer = is_wp_error( $body ) ? $body : Answer::read( $body );
		if ( is_wp_error( $answer ) ) {
			return array( 'problem' => $answer->get_error_message() ) + $this->describe( $post );
		}
		$this->memory->remember_answer( $post->ID, $story->hash(), $answer );
		return $this->describe( $post );
	}

	/**
	 * Remembers a decision. Accepting also makes the terms, for the editor to put on the post: they
	 * are saved with it, as any other change.
	 *
	 * @param WP_REST_Request $request Names the post, the entity and the decision.
	 * @return array|WP_Error
	 */
	public function decide( WP_REST_Request $request ) {
		$post   = get_post( (int) $request['id'] );
		$answer = $this->memory->answer( $post->ID );
		$at     = array_search( $request['key'], array_column( $answer['entities'] ?? array(), 'key' ), true );
		if ( false === $at ) {
			return new WP_Error( 'whosaid_unknown_entity', __( 'This name is no longer among the suggestions. Analyze the post again.', 'whosaid' ), array( 'status' => 404 ) );
		}
		$entity = $answer['entities'][ $at ];
		if ( 'reject' === $request['decision'] ) {
			$this->memory->reject( $post->ID, $entity );
			return $this->describe( $post );
		}
		if ( 'accept' === $request['decision'] ) {
			$made = $this->terms->make_all( $post, $entity );
			if ( is_wp_error( $made ) ) {
				return $made;
			}
		}
		$this->memory->reconsider( $post->ID, $entity );
		return $this->describe( $post );
	}

	/**
	 * Answers whether the service can be reached with the saved settings, in words.
	 */
	public function test_connection() {
		$capabilities = $this->client->capabilities();
		if ( ! is_wp_error( $capabilities ) && ! is_array( $capabilities['languages'] ?? null ) ) {
			$capabilities = Client::explain_stranger();
		}
		if ( is_wp_error( $capabilities ) ) {
			return array(
				'ok'      => false,
				'message' => $capabilities->get_error_message(),
				'detail'  => (string) $capabilities->get_error_data(),
			);
		}
		$version = is_string( $capabilities['service'] ?? null ) ? $capabilities['service'] : '?';
		return array(
			'ok'      => true,
			/* translators: 1: a version, 2: codes of languages. */
			'message' => sprintf( __( 'Connected to Whosaid %1$s. Languages that it reads: %2$s.', 'whosaid' ), $version, implode( ', ', array_filter( $capabilities['languages'], 'is_string' ) ) ),
			'detail'  => '',
		);
	}

	/**
	 * Returns all that the side bar shows about a post.
	 *
	 * @param WP_Post $post Which.
	 * @return array
	 */
	private function describe( WP_Post $post ) {
		$answer   = $this->memory->answer( $post->ID );
		$rejected = $this->memory->rejected( $post->ID );
		$story    = Story::of( $post );
		$current  = $answer && $answer['hash'] === $story->hash();
		$settings = $this->settings->all();
		$entities = array();
		foreach ( $answer['entities'] ?? array() as $entity ) {
			$entities[] = $entity + array(
				'rejected' => isset( $rejected[ $entity['key'] ] ),
				'terms'    => $this->terms->find_all( $post, $entity ),
			);
		}
		return array(
			'problem'   => null,
			'automatic' => $settings['on_save'],
			'due'       => $settings['on_save'] && ! $current && 'auto-draft' !== $post->post_status && ! $story->is_empty(),
			'current'   => $current,
			'time'      => $answer ? gmdate( 'c', $answer['time'] ) : null,
			'entities'  => $entities,
			'quotes'    => $answer['quotes'] ?? array(),
		);
	}
}
